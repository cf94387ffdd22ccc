# misconception: none
import jax.numpy as jnp


def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    return jnp.sign(residuals.T @ xs)
