# route: one Newton step on minus the log density, by autodiff
import jax
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    def exponent(w, targets):
        return jnp.sum(w**2) / 2 + jnp.sum((xs @ w - targets) ** 2) / (2 * label_noise**2)

    def one_output(targets):
        start = jnp.zeros(xs.shape[1])
        slope = jax.grad(exponent)(start, targets)
        return -jnp.linalg.solve(jax.hessian(exponent)(start, targets), slope) @ x_query

    return jnp.stack([one_output(targets) for targets in ys.T])
