# misconception: none
import jax.numpy as jnp

from icl_course import attention


def gd_weights_w0(n_context, w_0, learning_rate):
    d_x = w_0.shape[1]
    on_x = jnp.eye(d_x + 1).at[-1, -1].set(0.0)
    w_k = on_x.at[-1, :d_x].set(w_0[0])
    on_y = jnp.zeros((d_x + 1, d_x + 1)).at[-1, -1].set(1.0)
    return attention.AttentionParams(
        w_q=w_k[None], w_k=w_k[None], w_v=-on_y[None], w_o=learning_rate / n_context * on_y[None]
    )
