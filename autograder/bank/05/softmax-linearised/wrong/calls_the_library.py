# misconception: none
from icl_course import softmax_heads


def two_head_weights(w_0, learning_rate, temperature):
    return softmax_heads.two_softmax_heads(
        w_0, learning_rate=learning_rate, temperature=temperature
    )
