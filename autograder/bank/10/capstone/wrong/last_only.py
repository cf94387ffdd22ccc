# misconception: last-example-alone
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    x, y = xs[-1], ys[-1]
    return persistence * y * (x @ x_query) / (x @ x + label_noise**2)
