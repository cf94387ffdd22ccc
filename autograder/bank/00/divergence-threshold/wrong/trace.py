# misconception: trace
import jax.numpy as jnp


def largest_step(xs):
    return 2 * len(xs) / jnp.sum(xs**2)
