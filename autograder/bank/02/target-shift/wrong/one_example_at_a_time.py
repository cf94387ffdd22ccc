# misconception: none
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    w = w_0
    for x, y in zip(xs, ys, strict=True):
        w = w - learning_rate / len(xs) * jnp.outer(w @ x - y, x)
    return ys - xs @ (w - w_0).T
