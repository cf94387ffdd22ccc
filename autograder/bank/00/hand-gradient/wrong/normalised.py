# misconception: none
import jax.numpy as jnp


def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    gradient = residuals.T @ xs
    return gradient / jnp.linalg.norm(gradient)
