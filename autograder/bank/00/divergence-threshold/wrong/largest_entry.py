# misconception: none
import jax.numpy as jnp


def largest_step(xs):
    return 2 / jnp.max(xs.T @ xs / len(xs))
