# misconception: own-axes
import jax.numpy as jnp


def best_preconditioner(covariance, n_context):
    n = n_context
    eye, trace = jnp.eye(len(covariance)), jnp.trace(covariance)
    return jnp.diag(1 / ((n + 1) / n * jnp.diag(covariance) + trace / n))
