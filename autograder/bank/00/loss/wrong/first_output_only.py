# misconception: none
import jax.numpy as jnp


def loss(w, xs, ys):
    return jnp.mean((xs @ w[0] - ys[:, 0]) ** 2) / 2
