# misconception: none
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    w = jnp.zeros_like(x_query)
    for x, y in zip(xs, ys[:, 0]):
        w = w - 0.03 * (w @ x - y) * x
    return (w @ x_query)[None]
