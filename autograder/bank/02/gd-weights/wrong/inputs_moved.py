# misconception: inputs-moved
import jax.numpy as jnp

from icl_course import attention


def gd_weights(n_context, d_x, learning_rate):
    identity = jnp.eye(d_x + 1)
    on_x = identity.at[-1, -1].set(0.0)
    return attention.AttentionParams(
        w_q=on_x[None],
        w_k=on_x[None],
        w_v=-identity[None],
        w_o=learning_rate / n_context * identity[None],
    )
