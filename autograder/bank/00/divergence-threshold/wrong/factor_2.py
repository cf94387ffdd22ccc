# misconception: factor-2
import jax.numpy as jnp


def largest_step(xs):
    eigenvalues = jnp.linalg.eigvalsh(xs.T @ xs / len(xs))
    return 4 / eigenvalues[-1]
