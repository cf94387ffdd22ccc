# misconception: inputs-forgotten
import jax.numpy as jnp


def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    return jnp.broadcast_to(residuals.mean(axis=0)[:, None], w.shape)
