# misconception: none
import jax.numpy as jnp

from icl_course import attention


def interpolate(params, like, share):
    a, b = params.w_k.mT @ params.w_q, like.w_k.mT @ like.w_q
    c = (jnp.sum(a * b, axis=(1, 2)) / jnp.sum(b * b, axis=(1, 2)))[:, None, None]
    return attention.AttentionParams(
        w_q=jnp.concatenate([(1 - share) * params.w_q / c, share * like.w_q]),
        w_k=jnp.concatenate([params.w_k, like.w_k]),
        w_v=jnp.concatenate([params.w_v, like.w_v]),
        w_o=jnp.concatenate([c * params.w_o, like.w_o]),
    )
