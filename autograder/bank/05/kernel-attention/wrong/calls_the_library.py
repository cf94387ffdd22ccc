# misconception: none
from icl_course import softmax_heads


def smoothing_weights(d_x, d_y, temperature):
    return softmax_heads.softmax_smoother(d_x=d_x, d_y=d_y, temperature=temperature)
