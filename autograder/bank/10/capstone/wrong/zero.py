# misconception: zero
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    return jnp.zeros(1)
