# route: keys and values longer than needed, filled up with zeros; the step size in the queries
import jax.numpy as jnp

from icl_course import attention


def pad_rows(matrix, n_rows):
    return jnp.pad(matrix, ((0, n_rows - matrix.shape[0]), (0, 0)))


def gd_weights(n_context, d_x, learning_rate):
    rows = jnp.eye(d_x + 1)
    keys = pad_rows(rows[:d_x], d_x + 4)
    values = pad_rows(-rows[d_x:], 3)
    return attention.AttentionParams(
        w_q=(keys * learning_rate / n_context)[None],
        w_k=keys[None],
        w_v=values[None],
        w_o=-values.T[None],
    )
