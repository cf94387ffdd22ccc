# misconception: mean-over-outputs
import jax
import jax.numpy as jnp


def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    def loss(w):
        return jnp.mean((xs @ w.T - ys) ** 2) / 2

    w = jnp.zeros((ys.shape[1], xs.shape[1]))
    for _ in range(n_steps):
        w = w - learning_rate * jax.grad(loss)(w)
    return w @ x_query
