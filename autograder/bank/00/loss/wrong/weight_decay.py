# misconception: none
import jax.numpy as jnp


def loss(w, xs, ys):
    return jnp.sum((xs @ w.T - ys) ** 2) / (2 * len(xs)) + 0.01 * jnp.sum(w**2)
