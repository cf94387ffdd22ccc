# misconception: sum-then-square
import jax.numpy as jnp


def loss(w, xs, ys):
    return jnp.sum((xs @ w.T - ys).sum(axis=1) ** 2) / (2 * len(xs))
