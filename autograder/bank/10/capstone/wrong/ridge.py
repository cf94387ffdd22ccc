# misconception: stands-still
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    w = jnp.linalg.solve(xs.T @ xs + label_noise**2 * jnp.eye(xs.shape[1]), xs.T @ ys)
    return x_query @ w
