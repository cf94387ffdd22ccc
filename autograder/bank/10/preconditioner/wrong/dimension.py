# misconception: dimension-for-trace
import jax.numpy as jnp


def best_preconditioner(covariance, n_context):
    n = n_context
    eye, trace = jnp.eye(len(covariance)), jnp.trace(covariance)
    return jnp.linalg.inv((n + 1) / n * covariance + len(covariance) / n * eye)
