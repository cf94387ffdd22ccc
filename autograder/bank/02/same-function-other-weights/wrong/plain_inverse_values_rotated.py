# misconception: queries-plain-inverse
import jax
import jax.numpy as jnp

from icl_course import attention


def other_weights(params, key):
    key_a, key_b = jax.random.split(key)
    n_heads, d_key, _ = params.w_k.shape
    a = 2 * jnp.eye(d_key) + 0.4 * jax.random.normal(key_a, (n_heads, d_key, d_key))
    rotation = jax.random.orthogonal(key_b, params.w_v.shape[1], (n_heads,))
    return attention.AttentionParams(
        w_q=jnp.linalg.inv(a) @ params.w_q,
        w_k=a @ params.w_k,
        w_v=rotation @ params.w_v,
        w_o=params.w_o @ rotation.mT,
    )
