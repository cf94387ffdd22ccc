# misconception: none
from icl_course import kernels


def equivalent_weights(predict, xs, x_query):
    return kernels.equivalent_weights(predict, xs, x_query)
