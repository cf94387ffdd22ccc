# route: keys and queries change sign, values and write-back change sign
import jax

from icl_course import attention


def other_weights(params, key):
    negative = jax.tree.map(lambda w: -w, params)
    return attention.AttentionParams(
        w_q=negative.w_q, w_k=negative.w_k, w_v=negative.w_v, w_o=negative.w_o
    )
