# misconception: factor-2
import jax.numpy as jnp

from icl_course import attention


def gd_weights_w0(n_context, w_0, learning_rate):
    d_x = w_0.shape[1]
    keep_x = 2 * jnp.eye(d_x, d_x + 1)
    write_y = jnp.eye(d_x + 1, 1, -d_x)
    return attention.AttentionParams(
        w_q=keep_x[None],
        w_k=keep_x[None] / 2,
        w_v=jnp.append(w_0[0], -1.0)[None, None],
        w_o=learning_rate / n_context * write_y[None],
    )
