# misconception: none
import jax.numpy as jnp


def loss(w, xs, ys):
    return jnp.sum((xs @ w.T - ys) ** 2)
