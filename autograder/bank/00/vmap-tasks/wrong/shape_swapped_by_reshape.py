# misconception: none
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    over_tasks = jax.vmap(descent.loss, in_axes=(None, 0, 0))
    return jax.vmap(over_tasks, in_axes=(0, None, None))(ws, xs, ys).reshape(len(xs), len(ws))
