# misconception: none
import jax.numpy as jnp

from icl_course import attention


def multi_output_weights(n_context, w_0, learning_rates):
    d_y, d_x = w_0.shape
    keep_x, keep_y = jnp.split(jnp.eye(d_x + d_y), [d_x])
    w_v = jnp.concatenate([keep_x, w_0 @ keep_x - keep_y])
    w_o = jnp.diag(jnp.concatenate([jnp.ones(d_x), learning_rates])) / n_context
    return attention.AttentionParams(
        w_q=keep_x[None], w_k=keep_x[None], w_v=w_v[None], w_o=w_o[None]
    )
