# misconception: root
import jax.numpy as jnp


def loss(w, xs, ys):
    return jnp.sqrt(jnp.sum((xs @ w.T - ys) ** 2) / (2 * len(xs)))
