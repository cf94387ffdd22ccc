# route: autodiff of the loss, one Newton step from zero
import jax
import jax.numpy as jnp


def best_preconditioner(covariance, n_context):
    d = len(covariance)
    square = (1 + 1 / n_context) * covariance @ covariance + jnp.trace(covariance) / n_context * covariance

    def loss(flat):
        a = flat.reshape(d, d)
        return jnp.trace(square @ a @ covariance @ a.T) / 2 - jnp.trace(covariance @ a @ covariance)

    start = jnp.zeros(d * d)
    return -jnp.linalg.solve(jax.hessian(loss)(start), jax.grad(loss)(start)).reshape(d, d)
