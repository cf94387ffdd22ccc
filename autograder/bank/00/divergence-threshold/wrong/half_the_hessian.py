# misconception: factor-2
import jax.numpy as jnp


def largest_step(xs):
    return 2 / jnp.linalg.eigvalsh(xs.T @ xs / (2 * len(xs)))[-1]
