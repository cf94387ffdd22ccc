# misconception: first-weights-only
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    return jax.vmap(descent.loss, in_axes=(None, 0, 0))(ws[0], xs, ys)
