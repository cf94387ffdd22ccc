# misconception: none
from icl_course import attention


def other_weights(params, key):
    return attention.AttentionParams(
        w_q=params.w_k, w_k=params.w_q, w_v=2 * params.w_v, w_o=params.w_o / 2
    )
