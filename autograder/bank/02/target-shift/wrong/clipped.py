# misconception: none
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    residuals = xs @ w_0.T - ys
    gradient = jnp.clip(residuals.T @ xs / len(xs), -1.0, 1.0)
    return ys + learning_rate * xs @ gradient.T
