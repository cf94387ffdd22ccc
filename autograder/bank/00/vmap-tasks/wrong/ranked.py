# misconception: none
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    over_weights = jax.vmap(descent.loss, in_axes=(0, None, None))
    table = jax.vmap(over_weights, in_axes=(None, 0, 0))(ws, xs, ys)
    return table.argsort(axis=1)
