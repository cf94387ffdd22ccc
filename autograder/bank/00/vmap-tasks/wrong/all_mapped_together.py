# misconception: none
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    return jax.vmap(descent.loss)(ws, xs, ys)
