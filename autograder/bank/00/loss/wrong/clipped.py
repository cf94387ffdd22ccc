# misconception: none
import jax.numpy as jnp


def loss(w, xs, ys):
    residuals = jnp.clip(xs @ w.T - ys, -10.0, 10.0)
    return jnp.sum(residuals**2) / (2 * len(xs))
