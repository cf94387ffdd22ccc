# route: c from traces, the products in W_K and W_O
import jax.numpy as jnp

from icl_course import attention


def interpolate(params, like, share):
    a, b = params.w_k.mT @ params.w_q, like.w_k.mT @ like.w_q
    c = jnp.trace(a.mT @ b, axis1=1, axis2=2) / jnp.trace(b.mT @ b, axis1=1, axis2=2)
    c = c.reshape(-1, 1, 1)
    mixed = (1 - share) * a / c + share * b
    written = (1 - share) * c * params.w_o @ params.w_v + share * like.w_o @ like.w_v
    one = jnp.stack([jnp.eye(a.shape[1])] * len(a))
    return attention.AttentionParams(w_q=one, w_k=mixed.mT, w_v=one, w_o=written)
