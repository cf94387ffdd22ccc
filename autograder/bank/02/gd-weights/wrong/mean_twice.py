# misconception: mean-twice
import jax.numpy as jnp

from icl_course import attention


def gd_weights(n_context, d_x, learning_rate):
    keep_x = jnp.eye(d_x, d_x + 1)
    keep_y = jnp.eye(1, d_x + 1, d_x)
    return attention.AttentionParams(
        w_q=keep_x[None] / n_context,
        w_k=keep_x[None],
        w_v=-keep_y[None],
        w_o=learning_rate / n_context * keep_y.T[None],
    )
