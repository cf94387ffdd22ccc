# route: the sum of the powers of I - eta S, with no state
import jax.numpy as jnp


def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    second = xs.T @ xs / len(xs)
    moved = jnp.eye(xs.shape[1]) - learning_rate * second
    power, total = jnp.eye(xs.shape[1]), jnp.zeros_like(second)
    for _ in range(n_steps):
        total, power = total + power, power @ moved
    return learning_rate * x_query @ total @ (xs.T @ ys) / len(xs)
