# route: a row per weight matrix, transposed at the end
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    over_tasks = jax.vmap(descent.loss, in_axes=(None, 0, 0))
    return jax.vmap(lambda w: over_tasks(w, xs, ys))(ws).T
