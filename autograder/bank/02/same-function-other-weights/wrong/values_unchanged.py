# misconception: values-unchanged
import jax
import jax.numpy as jnp

from icl_course import attention


def other_weights(params, key):
    n_heads, d_key, _ = params.w_k.shape
    a = 2 * jnp.eye(d_key) + 0.2 * jax.random.normal(key, (n_heads, d_key, d_key))
    return attention.AttentionParams(
        w_q=jnp.linalg.inv(a).mT @ params.w_q, w_k=a @ params.w_k, w_v=params.w_v, w_o=params.w_o
    )
