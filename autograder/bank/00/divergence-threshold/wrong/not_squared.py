# misconception: not-squared
import jax.numpy as jnp


def largest_step(xs):
    eigenvalues = jnp.linalg.eigvalsh(xs.T @ xs / len(xs))
    return 2 / jnp.sqrt(eigenvalues[-1])
