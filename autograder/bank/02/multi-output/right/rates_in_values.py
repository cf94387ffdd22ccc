# route: the step sizes scale the residuals, and the write-back is bare
import jax.numpy as jnp

from icl_course import attention


def multi_output_weights(n_context, w_0, learning_rates):
    d_y, d_x = w_0.shape
    keep_x = jnp.eye(d_x, d_x + d_y)
    residuals = jnp.hstack([w_0, -jnp.eye(d_y)])
    write_y = jnp.vstack([jnp.zeros((d_x, d_y)), jnp.eye(d_y)])
    return attention.AttentionParams(
        w_q=keep_x[None] / n_context,
        w_k=keep_x[None],
        w_v=(learning_rates[:, None] * residuals)[None],
        w_o=write_y[None],
    )
