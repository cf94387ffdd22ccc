# misconception: last-target
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    return ys[-1]
