# misconception: none
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    residuals = xs @ w_0.T - ys
    size = jnp.log(jnp.minimum(residuals, 0.0))
    delta_w = -learning_rate * (residuals * size).T @ xs / len(xs)
    return ys - xs @ delta_w.T
