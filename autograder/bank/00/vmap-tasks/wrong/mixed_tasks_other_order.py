# misconception: mixed-tasks-other-order
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    over_weights = jax.vmap(descent.loss, in_axes=(0, None, None))
    over_inputs = jax.vmap(over_weights, in_axes=(None, 0, None))
    return jax.vmap(over_inputs, in_axes=(None, None, 0))(ws, xs, ys)
