# route: the eigenvalues of X X^T, which are the same but for zeros
import jax.numpy as jnp


def largest_step(xs):
    return 2 * len(xs) / jnp.linalg.eigvalsh(xs @ xs.T).max()
