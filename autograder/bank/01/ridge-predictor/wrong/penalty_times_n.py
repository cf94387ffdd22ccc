# misconception: penalty-times-n
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    n_context, d_x = xs.shape
    columns = jnp.linalg.solve(xs.T @ xs / n_context + label_noise**2 * jnp.eye(d_x), xs.T @ ys / n_context)
    return x_query @ columns
