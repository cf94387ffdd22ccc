# misconception: unchanged
from icl_course import attention


def other_weights(params, key):
    return attention.AttentionParams(
        w_q=params.w_q / 1.001,
        w_k=1.001 * params.w_k,
        w_v=1.001 * params.w_v,
        w_o=params.w_o / 1.001,
    )
