# route: jax.hessian of the loss of one output
import jax
import jax.numpy as jnp


def largest_step(xs):
    def loss(row):
        return jnp.mean((xs @ row) ** 2) / 2

    hessian = jax.jit(jax.hessian(loss))(jnp.zeros(xs.shape[1]))
    return 2.0 / jnp.max(jnp.linalg.eigvalsh(hessian))
