# route: the penalty sigma^2/N on the mean of x x^T
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    n_context, d_x = xs.shape
    penalty = label_noise**2 / n_context
    second = xs.T @ xs / n_context + penalty * jnp.eye(d_x)
    return x_query @ jnp.linalg.solve(second, xs.T @ ys / n_context)
