# misconception: penalty-over-n
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    n_context, d_x = xs.shape
    columns = jnp.linalg.solve(xs.T @ xs + label_noise**2 / n_context * jnp.eye(d_x), xs.T @ ys)
    return x_query @ columns
