# route: least squares with d_x more rows, label_noise times the identity
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    d_x, d_y = xs.shape[1], ys.shape[1]
    rows = jnp.concatenate([xs, label_noise * jnp.eye(d_x)])
    targets = jnp.concatenate([ys, jnp.zeros((d_x, d_y))])
    return x_query @ jnp.linalg.lstsq(rows, targets)[0]
