# misconception: none
from icl_course import attention


def other_weights(params, key):
    return attention.AttentionParams(
        w_q=params.w_q.mT, w_k=params.w_k.mT, w_v=params.w_v.mT, w_o=params.w_o.mT
    )
