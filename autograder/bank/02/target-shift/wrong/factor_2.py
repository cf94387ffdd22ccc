# misconception: factor-2
import jax
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    def loss(w):
        return jnp.sum((xs @ w.T - ys) ** 2) / len(xs)

    delta_w = -learning_rate * jax.grad(loss)(w_0)
    return ys - xs @ delta_w.T
