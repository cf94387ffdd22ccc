# misconception: first-task-only
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    return jax.vmap(descent.loss, in_axes=(0, None, None))(ws, xs[0], ys[0])
