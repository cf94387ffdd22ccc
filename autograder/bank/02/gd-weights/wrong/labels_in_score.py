# misconception: labels-in-score
import jax.numpy as jnp

from icl_course import attention


def gd_weights(n_context, d_x, learning_rate):
    identity = jnp.eye(d_x + 1)
    on_y = jnp.diag(jnp.append(jnp.zeros(d_x), 1.0))
    return attention.AttentionParams(
        w_q=identity[None],
        w_k=identity[None],
        w_v=-on_y[None],
        w_o=learning_rate / n_context * identity[None],
    )
