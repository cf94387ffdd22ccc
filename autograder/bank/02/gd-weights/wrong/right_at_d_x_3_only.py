# misconception: none
import jax.numpy as jnp

from icl_course import attention


def gd_weights(n_context, d_x, learning_rate):
    on_x = jnp.diag(jnp.array([1.0, 1.0, 1.0, 0.0]))
    on_y = jnp.diag(jnp.array([0.0, 0.0, 0.0, 1.0]))
    return attention.AttentionParams(
        w_q=on_x[None], w_k=on_x[None], w_v=-on_y[None], w_o=learning_rate / n_context * on_y[None]
    )
