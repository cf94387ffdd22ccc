# misconception: code-last
import jax.numpy as jnp

from icl_course import attention


def copy_head(matrix, d_x, d_y, sharpness):
    d_code = len(matrix)
    slots = jnp.eye(d_x + d_y + d_code)
    y, code = slots[d_x : d_x + d_y], slots[d_x + d_y :]
    return attention.AttentionParams(
        w_q=(sharpness * jnp.sqrt(d_code) * matrix @ code)[None],
        w_k=code[None],
        w_v=y[None],
        w_o=y.T[None],
    )
