# misconception: longest-input
import jax.numpy as jnp


def largest_step(xs):
    return 2 / jnp.max(jnp.sum(xs**2, axis=1))
