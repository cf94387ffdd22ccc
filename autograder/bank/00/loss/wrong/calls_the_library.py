# misconception: none
from icl_course import descent


def loss(w, xs, ys):
    return descent.loss(w, xs, ys)
