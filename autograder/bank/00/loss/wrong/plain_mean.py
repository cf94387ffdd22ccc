# misconception: mean-over-outputs-and-no-half
import jax.numpy as jnp


def loss(w, xs, ys):
    return jnp.mean((xs @ w.T - ys) ** 2)
