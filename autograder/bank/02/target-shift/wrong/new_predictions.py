# misconception: new-predictions
from icl_course import descent


def target_shift(xs, ys, w_0, learning_rate):
    w_1 = descent.step(w_0, xs, ys, learning_rate=learning_rate)
    return xs @ w_1.T
