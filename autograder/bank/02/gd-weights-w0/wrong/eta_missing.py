# misconception: eta-missing
import jax.numpy as jnp

from icl_course import attention


def gd_weights_w0(n_context, w_0, learning_rate):
    d_x = w_0.shape[1]
    keep_x = jnp.eye(d_x, d_x + 1)
    write_y = jnp.eye(d_x + 1, 1, -d_x)
    return attention.AttentionParams(
        w_q=keep_x[None],
        w_k=keep_x[None],
        w_v=jnp.append(w_0[0], -1.0)[None, None],
        w_o=write_y[None] / n_context,
    )
