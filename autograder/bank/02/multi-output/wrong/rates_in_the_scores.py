# misconception: none
import jax.numpy as jnp

from icl_course import attention


def multi_output_weights(n_context, w_0, learning_rates):
    d_y, d_x = w_0.shape
    keep_x, keep_y = jnp.split(jnp.eye(d_x + d_y), [d_x])
    rate_per_input = jnp.resize(learning_rates, (d_x,))
    return attention.AttentionParams(
        w_q=(rate_per_input[:, None] * keep_x)[None] / n_context,
        w_k=keep_x[None],
        w_v=(w_0 @ keep_x - keep_y)[None],
        w_o=keep_y.T[None],
    )
