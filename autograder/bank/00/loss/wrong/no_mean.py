# misconception: no-mean
import jax.numpy as jnp


def loss(w, xs, ys):
    return 0.5 * jnp.sum((xs @ w.T - ys) ** 2)
