# misconception: none
import jax
import jax.numpy as jnp

from icl_course import attention


def other_weights(params, key):
    coarse = jax.tree.map(lambda w: w.astype(jnp.bfloat16).astype(jnp.float32), params)
    return attention.AttentionParams(
        w_q=coarse.w_q / 2, w_k=coarse.w_k * 2, w_v=coarse.w_v * 2, w_o=coarse.w_o / 2
    )
