# misconception: none
from icl_course import descent


def largest_step(xs):
    return descent.largest_stable_step(xs)
