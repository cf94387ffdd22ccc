# route: jax.lax.map over tasks, vmap over weights
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    def row(task):
        return jax.vmap(lambda w: descent.loss(w, *task))(ws)

    return jax.lax.map(row, (xs, ys))
