# misconception: one-over
import jax.numpy as jnp


def largest_step(xs):
    eigenvalues = jnp.linalg.eigvalsh(xs.T @ xs / len(xs))
    return 1 / eigenvalues[-1]
