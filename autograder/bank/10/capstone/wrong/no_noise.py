# misconception: none
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    n = len(xs)
    return jnp.linalg.lstsq(xs[-len(x_query) :], ys[-len(x_query) :])[0].T @ x_query
