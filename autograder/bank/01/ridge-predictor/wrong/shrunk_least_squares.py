# misconception: none
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    return x_query @ jnp.linalg.lstsq(xs, ys)[0] / (1 + label_noise**2)
