# misconception: none
from icl_course import descent


def loss_table(ws, xs, ys):
    return descent.loss(ws, xs, ys)
