# misconception: factor-2
import jax.numpy as jnp

from icl_course import attention


def gd_weights(n_context, d_x, learning_rate):
    keep_x = jnp.stack([jnp.eye(d_x, d_x + 1)] * 2)
    keep_y = jnp.stack([jnp.eye(1, d_x + 1, d_x)] * 2)
    return attention.AttentionParams(
        w_q=keep_x, w_k=keep_x, w_v=-keep_y, w_o=learning_rate / n_context * keep_y.mT
    )
