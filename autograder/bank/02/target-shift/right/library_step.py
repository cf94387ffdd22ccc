# route: the library takes the step; the change of the weights is what it moved
from icl_course import descent


def target_shift(xs, ys, w_0, learning_rate):
    w_1 = descent.step(w_0, xs, ys, learning_rate=learning_rate)
    delta_w = w_1 - w_0
    return ys - xs @ delta_w.T
