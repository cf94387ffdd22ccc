# misconception: none
from icl_course import constructions


def gd_weights_w0(n_context, w_0, learning_rate):
    return constructions.gradient_step(w_0, n_context=n_context, learning_rate=learning_rate)
