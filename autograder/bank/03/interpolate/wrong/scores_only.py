# misconception: none
import jax.numpy as jnp

from icl_course import attention


def interpolate(params, like, share):
    a, b = params.w_k.mT @ params.w_q, like.w_k.mT @ like.w_q
    v, u = params.w_o @ params.w_v, like.w_o @ like.w_v
    c = (jnp.sum(a * b, axis=(1, 2)) / jnp.sum(b * b, axis=(1, 2)))[:, None, None]
    query_key = (1 - share) * a / c + share * b
    output_value = c * v
    one = jnp.broadcast_to(jnp.eye(a.shape[1]), a.shape)
    return attention.AttentionParams(w_q=query_key, w_k=one, w_v=output_value, w_o=one)
