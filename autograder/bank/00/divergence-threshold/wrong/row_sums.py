# misconception: none
import jax.numpy as jnp


def largest_step(xs):
    return 2 / jnp.linalg.norm(xs.T @ xs / len(xs), ord=1)
