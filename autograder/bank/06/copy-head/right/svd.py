# route: M is factored, and both factors share the sharpness
import jax.numpy as jnp

from icl_course import attention


def copy_head(matrix, d_x, d_y, sharpness):
    d_code = matrix.shape[0]
    left, strengths, right = jnp.linalg.svd(matrix)
    root = jnp.sqrt(strengths * sharpness * jnp.sqrt(d_code))
    rest = d_x + d_y
    w_k = jnp.pad((left * root).T, ((0, 0), (0, rest)))
    w_q = jnp.pad(right * root[:, None], ((0, 0), (0, rest)))
    keep = jnp.eye(d_y, d_code + rest, k=d_code + d_x)
    return attention.AttentionParams(
        w_q=w_q[None], w_k=w_k[None], w_v=keep[None], w_o=keep.T[None]
    )
