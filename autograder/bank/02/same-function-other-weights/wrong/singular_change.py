# misconception: none
import jax.numpy as jnp

from icl_course import attention


def other_weights(params, key):
    d_key, d_value = params.w_k.shape[1], params.w_v.shape[1]
    a, b = jnp.ones((d_key, d_key)), jnp.ones((d_value, d_value))
    return attention.AttentionParams(
        w_q=jnp.linalg.inv(a).T @ params.w_q,
        w_k=a @ params.w_k,
        w_v=b @ params.w_v,
        w_o=params.w_o @ jnp.linalg.inv(b),
    )
