# misconception: w0-sign
import jax.numpy as jnp

from icl_course import attention


def multi_output_weights(n_context, w_0, learning_rates):
    d_y, d_x = w_0.shape
    keep_x, keep_y = jnp.split(jnp.eye(d_x + d_y), [d_x])
    return attention.AttentionParams(
        w_q=keep_x[None],
        w_k=keep_x[None],
        w_v=-(w_0 @ keep_x + keep_y)[None],
        w_o=(keep_y.T * learning_rates / n_context)[None],
    )
