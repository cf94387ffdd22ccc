# route: targets are the old predictions minus the residuals after the step
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    residuals = xs @ w_0.T - ys
    w_1 = w_0 - learning_rate * (residuals.T @ xs) / xs.shape[0]
    residuals_after = xs @ w_1.T - ys
    return jnp.subtract(xs @ w_0.T, residuals_after)
