# route: values in a rotated basis, keys shifted by what no softmax sees
import jax.numpy as jnp

from icl_course import attention


def copy_head(matrix, d_x, d_y, sharpness):
    d_code, beta = len(matrix), sharpness
    slots = jnp.eye(d_code + d_x + d_y)
    code, x, y = slots[:d_code], slots[d_code : d_code + d_x], slots[d_code + d_x :]
    turn = jnp.linalg.qr(jnp.arange(1.0, 1 + d_y * d_y).reshape(d_y, d_y) + 3 * jnp.eye(d_y))[0]
    return attention.AttentionParams(
        w_q=(beta * jnp.sqrt(d_code) * matrix @ code)[None], w_k=(code)[None], w_v=(turn @ y)[None], w_o=(y.T @ turn.T)[None]
    )
