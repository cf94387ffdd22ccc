# misconception: smallest
import jax.numpy as jnp


def largest_step(xs):
    return 2 / jnp.linalg.eigvalsh(xs.T @ xs / xs.shape[0])[0]
