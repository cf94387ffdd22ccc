# misconception: matrix-missing
import jax.numpy as jnp

from icl_course import attention


def copy_head(matrix, d_x, d_y, sharpness):
    d_code, beta = len(matrix), sharpness
    slots = jnp.eye(d_code + d_x + d_y)
    code, x, y = slots[:d_code], slots[d_code : d_code + d_x], slots[d_code + d_x :]
    return attention.AttentionParams(
        w_q=(beta * jnp.sqrt(d_code) * code)[None], w_k=(code)[None], w_v=(y)[None], w_o=(y.T)[None]
    )
