# route: each target fetches the input before it, one head for each input slot
import jax.numpy as jnp

from icl_course import attention


def two_layer_weights(matrix, n_context, d_x, d_y, learning_rate):
    d_code = len(matrix)
    slots = jnp.eye(d_code + d_x + d_y)
    code, x, y = slots[:d_code], slots[d_code : d_code + d_x], slots[d_code + d_x :]
    copy = attention.AttentionParams(
        w_q=jnp.stack([30.0 * jnp.sqrt(d_code) * matrix.T @ code] * d_x),
        w_k=jnp.stack([code] * d_x),
        w_v=x[:, None, :],
        w_o=x[:, :, None],
    )
    step = attention.AttentionParams(
        w_q=learning_rate * x[None], w_k=x[None] / n_context, w_v=y[None], w_o=-y.T[None]
    )
    return copy, step
