# misconception: labels-forgotten
import jax.numpy as jnp


def loss(w, xs, ys):
    return jnp.sum((xs @ w.T) ** 2) / (2 * len(xs))
