# misconception: output-not-undone
from icl_course import attention


def other_weights(params, key):
    return attention.AttentionParams(
        w_q=params.w_q / 2, w_k=2 * params.w_k, w_v=params.w_v, w_o=0.3 * params.w_o
    )
