# route: the fourth root of eta/N in each of the four matrices
import jax.numpy as jnp

from icl_course import attention


def gd_weights(n_context, d_x, learning_rate):
    root = (learning_rate / n_context) ** 0.25
    x_rows = root * jnp.eye(d_x, d_x + 1)
    y_row = jnp.zeros((1, d_x + 1)).at[0, d_x].set(root)
    return attention.AttentionParams(
        w_q=x_rows[None], w_k=x_rows[None], w_v=-y_row[None], w_o=y_row.T[None]
    )
