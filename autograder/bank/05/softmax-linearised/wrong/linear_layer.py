# misconception: none
from icl_course import constructions


def two_head_weights(w_0, learning_rate, temperature):
    return constructions.gradient_step(w_0, n_context=1, learning_rate=learning_rate)
