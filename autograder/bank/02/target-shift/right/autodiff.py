# route: the gradient of the loss by jax.grad
import jax
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    def loss(w):
        return jnp.mean(jnp.sum((xs @ w.T - ys) ** 2, axis=1)) / 2

    delta_w = -learning_rate * jax.grad(loss)(w_0)
    return ys - xs @ delta_w.T
