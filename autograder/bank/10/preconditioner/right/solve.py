# route: solves for the identity
import jax.numpy as jnp


def best_preconditioner(covariance, n_context):
    n = n_context
    curvature = (1 + 1 / n) * covariance + jnp.trace(covariance) / n * jnp.eye(len(covariance))
    return jnp.linalg.solve(curvature, jnp.eye(len(covariance)))
