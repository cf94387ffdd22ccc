# route: jax.grad of the library's loss
import jax

from icl_course import descent


def hand_gradient(w, xs, ys):
    return jax.grad(descent.loss)(w, xs, ys)
