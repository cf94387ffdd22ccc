# misconception: mixed-tasks
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    over_weights = jax.vmap(descent.loss, in_axes=(0, None, None))
    over_targets = jax.vmap(over_weights, in_axes=(None, None, 0))
    return jax.vmap(over_targets, in_axes=(None, 0, None))(ws, xs, ys)
