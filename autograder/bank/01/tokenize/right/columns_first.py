# route: inputs and slots stacked as two blocks
import jax.numpy as jnp


def tokenize(task):
    inputs = jnp.vstack([task.xs, task.x_query[None, :]])
    slots = jnp.pad(task.ys, ((0, 1), (0, 0)))
    return jnp.hstack([inputs, slots])
