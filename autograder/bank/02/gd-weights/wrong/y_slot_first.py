# misconception: none
import jax.numpy as jnp

from icl_course import attention


def gd_weights(n_context, d_x, learning_rate):
    on_y = jnp.diag(jnp.append(1.0, jnp.zeros(d_x)))
    on_x = jnp.eye(d_x + 1) - on_y
    return attention.AttentionParams(
        w_q=on_x[None], w_k=on_x[None], w_v=-on_y[None], w_o=learning_rate / n_context * on_y[None]
    )
