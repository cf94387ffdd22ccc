# misconception: least-squares
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    return x_query @ jnp.linalg.lstsq(xs, ys)[0]
