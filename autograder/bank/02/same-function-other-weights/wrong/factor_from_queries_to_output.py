# misconception: matrix-kept
from icl_course import attention


def other_weights(params, key):
    return attention.AttentionParams(
        w_q=3 * params.w_q, w_k=params.w_k, w_v=params.w_v, w_o=params.w_o / 3
    )
