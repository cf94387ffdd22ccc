# misconception: none
import jax.numpy as jnp

from icl_course import attention


def gd_weights_w0(n_context, w_0, learning_rate):
    d_x = w_0.shape[1]
    keep_x = jnp.eye(d_x)
    return attention.AttentionParams(
        w_q=keep_x[None],
        w_k=keep_x[None],
        w_v=w_0[None],
        w_o=learning_rate / n_context * jnp.ones((1, d_x, 1)),
    )
