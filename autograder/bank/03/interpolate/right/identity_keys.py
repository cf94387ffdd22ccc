# route: products in W_Q and W_V, identities elsewhere
import jax.numpy as jnp

from icl_course import attention


def interpolate(params, like, share):
    a, b = params.w_k.mT @ params.w_q, like.w_k.mT @ like.w_q
    c = jnp.sum(a * b, axis=(1, 2), keepdims=True) / jnp.sum(b**2, axis=(1, 2), keepdims=True)
    v, u = params.w_o @ params.w_v, like.w_o @ like.w_v
    one = jnp.tile(jnp.eye(a.shape[1]), (len(a), 1, 1))
    return attention.AttentionParams(
        w_q=(1 - share) / c * a + share * b, w_k=one, w_v=(1 - share) * c * v + share * u, w_o=one
    )
