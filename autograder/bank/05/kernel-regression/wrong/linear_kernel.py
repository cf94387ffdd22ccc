# misconception: none
import jax.numpy as jnp


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    w = jnp.zeros((ys.shape[1], xs.shape[1]))
    for _ in range(n_steps):
        w = w - learning_rate / len(xs) * (xs @ w.T - ys).T @ xs
    return w @ x_query
