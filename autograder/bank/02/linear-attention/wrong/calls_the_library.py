# misconception: none
from icl_course import attention


def linear_attention(params, tokens):
    return attention.softmax_attention(params, tokens)
