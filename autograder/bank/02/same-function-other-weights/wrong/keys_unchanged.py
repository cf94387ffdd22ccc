# misconception: keys-unchanged
import jax
import jax.numpy as jnp

from icl_course import attention


def other_weights(params, key):
    n_heads, d_value, _ = params.w_v.shape
    b = 2 * jnp.eye(d_value) + 0.2 * jax.random.normal(key, (n_heads, d_value, d_value))
    return attention.AttentionParams(
        w_q=params.w_q, w_k=params.w_k, w_v=b @ params.w_v, w_o=params.w_o @ jnp.linalg.inv(b)
    )
