# misconception: none
import jax.numpy as jnp


def best_preconditioner(covariance, n_context):
    n = n_context
    eye, trace = jnp.eye(len(covariance)), jnp.trace(covariance)
    values = jnp.linalg.eigvalsh(covariance)
    return 1 / ((n + 1) / n * values + trace / n)
