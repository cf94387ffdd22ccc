# misconception: first-output-only
import jax.numpy as jnp

from icl_course import attention


def multi_output_weights(n_context, w_0, learning_rates):
    d_y, d_x = w_0.shape
    keep_x = jnp.eye(d_x, d_x + d_y)
    residual = jnp.zeros((1, d_x + d_y)).at[0, :d_x].set(w_0[0]).at[0, d_x].set(-1.0)
    w_o = jnp.zeros((d_x + d_y, 1)).at[d_x, 0].set(learning_rates[0] / n_context)
    return attention.AttentionParams(
        w_q=keep_x[None], w_k=keep_x[None], w_v=residual[None], w_o=w_o[None]
    )
