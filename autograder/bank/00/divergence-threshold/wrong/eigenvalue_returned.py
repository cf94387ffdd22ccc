# misconception: eigenvalue-returned
import jax.numpy as jnp


def largest_step(xs):
    eigenvalues = jnp.linalg.eigvalsh(xs.T @ xs / len(xs))
    return eigenvalues[-1]
