# route: both layers from slices of an identity
import jax.numpy as jnp

from icl_course import attention


def two_layer_weights(matrix, n_context, d_x, d_y, learning_rate):
    d_code = len(matrix)
    slots = jnp.eye(d_code + d_x + d_y)
    code, x, y = slots[:d_code], slots[d_code : d_code + d_x], slots[d_code + d_x :]
    copy = attention.AttentionParams(
        w_q=(25.0 * jnp.sqrt(d_code) * (matrix) @ code)[None], w_k=code[None], w_v=(y)[None], w_o=(y.T)[None]
    )
    step = attention.AttentionParams(
        w_q=x[None], w_k=(x)[None], w_v=(-y)[None], w_o=(learning_rate / n_context * y.T)[None]
    )
    return copy, step
