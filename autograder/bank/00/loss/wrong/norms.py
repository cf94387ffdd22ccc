# misconception: not-squared
import jax.numpy as jnp


def loss(w, xs, ys):
    return jnp.linalg.norm(xs @ w.T - ys, axis=1).mean() / 2
