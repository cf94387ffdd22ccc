# misconception: none
from icl_course import attention


def other_weights(params, key):
    return attention.AttentionParams(
        w_q=params.w_q[:1] / 2,
        w_k=params.w_k[:1] * 2,
        w_v=params.w_v[:1] * 2,
        w_o=params.w_o[:1] / 2,
    )
