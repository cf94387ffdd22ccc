# misconception: centred
import jax.numpy as jnp


def largest_step(xs):
    xs = xs - xs.mean(axis=0)
    return 2 / jnp.linalg.eigvalsh(xs.T @ xs / len(xs))[-1]
