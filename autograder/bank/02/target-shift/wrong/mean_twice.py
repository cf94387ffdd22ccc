# misconception: mean-twice
import jax
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    def loss(w):
        return jnp.mean(jnp.sum((xs @ w.T - ys) ** 2, axis=1)) / (2 * len(xs))

    return ys + learning_rate * xs @ jax.grad(loss)(w_0).T
