# misconception: sign
import jax.numpy as jnp

from icl_course import attention


def multi_output_weights(n_context, w_0, learning_rates):
    d_y, d_x = w_0.shape
    keep_x = jnp.eye(d_x, d_x + d_y)
    residuals = jnp.concatenate([-w_0, jnp.eye(d_y)], axis=1)
    w_o = jnp.pad(jnp.diag(learning_rates / n_context), ((d_x, 0), (0, 0)))
    return attention.AttentionParams(
        w_q=keep_x[None], w_k=keep_x[None], w_v=residuals[None], w_o=w_o[None]
    )
