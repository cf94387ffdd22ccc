# route: two equal heads, each of which carries half of the targets
import jax.numpy as jnp

from icl_course import attention


def copy_head(matrix, d_x, d_y, sharpness):
    d_code, beta = len(matrix), sharpness
    slots = jnp.eye(d_code + d_x + d_y)
    code, x, y = slots[:d_code], slots[d_code : d_code + d_x], slots[d_code + d_x :]
    heads = attention.AttentionParams(
        w_q=jnp.stack([beta * jnp.sqrt(d_code) * matrix @ code] * 2),
        w_k=jnp.stack([code, code]),
        w_v=jnp.stack([y, 0.25 * y]),
        w_o=jnp.stack([0.5 * y.T, 2.0 * y.T]),
    )
    return heads
