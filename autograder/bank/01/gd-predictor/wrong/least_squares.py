# misconception: least-squares
import jax.numpy as jnp


def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    return x_query @ jnp.linalg.lstsq(xs, ys)[0]
