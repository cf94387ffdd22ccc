# misconception: one-step-size
import jax.numpy as jnp


def best_preconditioner(covariance, n_context):
    n = n_context
    eye, trace = jnp.eye(len(covariance)), jnp.trace(covariance)
    square = (n + 1) / n * covariance @ covariance + trace / n * covariance
    return jnp.trace(covariance @ covariance) / jnp.trace(square @ covariance) * eye
