# misconception: least-squares
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    return x_query @ jnp.linalg.pinv(xs) @ ys
