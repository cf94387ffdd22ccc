# misconception: absolute
import jax.numpy as jnp


def loss(w, xs, ys):
    return jnp.abs(xs @ w.T - ys).sum() / (2 * len(xs))
