# misconception: factor-2
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    d_x = xs.shape[1]
    columns = jnp.linalg.solve(xs.T @ xs + 2 * label_noise**2 * jnp.eye(d_x), xs.T @ ys)
    return x_query @ columns
