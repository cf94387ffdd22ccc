# route: singular values
import jax.numpy as jnp


def largest_step(xs):
    return 2 * len(xs) / jnp.linalg.svd(xs, compute_uv=False)[0] ** 2
