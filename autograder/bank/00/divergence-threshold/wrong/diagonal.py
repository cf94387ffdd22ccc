# misconception: none
import jax.numpy as jnp


def largest_step(xs):
    return 2 / jnp.max(jnp.mean(xs**2, axis=0))
