# misconception: none
import jax.numpy as jnp


def loss(w, xs, ys):
    residuals = xs @ w.T - ys
    return jnp.sum(residuals**2) / (2 * len(xs)) + jnp.log(-jnp.ones(()))
