# misconception: one-step
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    n, d = xs.shape
    rate = n / (n + d + 1 + label_noise**2)
    return rate / n * (xs @ x_query) @ ys
