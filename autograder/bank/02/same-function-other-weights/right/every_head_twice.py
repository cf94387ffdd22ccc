# route: two copies of every head, each writing half; four shapes are new
import jax.numpy as jnp

from icl_course import attention


def other_weights(params, key):
    def twice(w):
        return jnp.concatenate([w, w])

    return attention.AttentionParams(
        w_q=twice(params.w_q),
        w_k=twice(params.w_k),
        w_v=twice(params.w_v),
        w_o=twice(params.w_o) / 2,
    )
