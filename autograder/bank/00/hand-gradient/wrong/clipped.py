# misconception: none
import jax.numpy as jnp


def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    return jnp.clip(residuals.T @ xs / len(xs), -1.0, 1.0)
