# misconception: one-over-no-mean
import jax.numpy as jnp


def largest_step(xs):
    return 1 / jnp.linalg.eigvalsh(xs.T @ xs)[-1]
