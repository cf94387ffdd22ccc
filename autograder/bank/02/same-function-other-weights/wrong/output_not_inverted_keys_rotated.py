# misconception: output-not-inverted
import jax
import jax.numpy as jnp

from icl_course import attention


def other_weights(params, key):
    key_a, key_b = jax.random.split(key)
    n_heads, d_value, _ = params.w_v.shape
    rotation = jax.random.orthogonal(key_a, params.w_k.shape[1], (n_heads,))
    b = 2 * jnp.eye(d_value) + 0.2 * jax.random.normal(key_b, (n_heads, d_value, d_value))
    return attention.AttentionParams(
        w_q=rotation @ params.w_q,
        w_k=rotation @ params.w_k,
        w_v=b @ params.w_v,
        w_o=params.w_o @ b,
    )
