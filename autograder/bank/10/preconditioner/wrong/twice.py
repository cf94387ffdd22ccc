# misconception: factor-2
import jax.numpy as jnp


def best_preconditioner(covariance, n_context):
    n = n_context
    eye, trace = jnp.eye(len(covariance)), jnp.trace(covariance)
    return 2 * jnp.linalg.inv((n + 1) / n * covariance + trace / n * eye)
