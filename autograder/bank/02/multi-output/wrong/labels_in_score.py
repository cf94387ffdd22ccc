# misconception: labels-in-score
import jax.numpy as jnp

from icl_course import attention


def multi_output_weights(n_context, w_0, learning_rates):
    d_y, d_x = w_0.shape
    whole = jnp.eye(d_x + d_y)
    keep_x, keep_y = whole[:d_x], whole[d_x:]
    return attention.AttentionParams(
        w_q=whole[None],
        w_k=whole[None],
        w_v=(w_0 @ keep_x - keep_y)[None],
        w_o=(keep_y.T * learning_rates / n_context)[None],
    )
