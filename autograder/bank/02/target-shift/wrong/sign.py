# misconception: sign
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    residuals = xs @ w_0.T - ys
    gradient = jnp.einsum("iy,ix->yx", residuals, xs) / xs.shape[0]
    delta_w = -learning_rate * gradient
    return ys + xs @ delta_w.T
