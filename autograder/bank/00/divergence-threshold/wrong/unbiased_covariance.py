# misconception: none
import jax.numpy as jnp


def largest_step(xs):
    return 2 / jnp.linalg.eigvalsh(jnp.atleast_2d(jnp.cov(xs.T)))[-1]
