# route: residuals descend; weights never appear
import jax.numpy as jnp


def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    left, prediction = ys, jnp.zeros(ys.shape[1])
    for _ in range(n_steps):
        prediction = prediction + learning_rate / len(xs) * left.T @ (xs @ x_query)
        left = left - learning_rate / len(xs) * xs @ (xs.T @ left)
    return prediction
