# misconception: none
from icl_course import descent


def hand_gradient(w, xs, ys):
    return descent.gradient(w, xs, ys)
