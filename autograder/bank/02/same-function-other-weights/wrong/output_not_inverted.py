# misconception: output-not-inverted
import jax
import jax.numpy as jnp

from icl_course import attention


def other_weights(params, key):
    key_a, key_b = jax.random.split(key)
    n_heads, d_key, _ = params.w_k.shape
    d_value = params.w_v.shape[1]
    a = 2 * jnp.eye(d_key) + 0.2 * jax.random.normal(key_a, (n_heads, d_key, d_key))
    b = 2 * jnp.eye(d_value) + 0.2 * jax.random.normal(key_b, (n_heads, d_value, d_value))
    return attention.AttentionParams(
        w_q=jnp.linalg.inv(a).mT @ params.w_q,
        w_k=a @ params.w_k,
        w_v=b @ params.w_v,
        w_o=params.w_o @ b,
    )
