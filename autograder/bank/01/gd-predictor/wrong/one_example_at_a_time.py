# misconception: none
import jax.numpy as jnp


def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    w = jnp.zeros((ys.shape[1], xs.shape[1]))
    for _ in range(n_steps):
        for x, y in zip(xs, ys, strict=True):
            w = w - learning_rate / len(xs) * jnp.outer(w @ x - y, x)
    return w @ x_query
