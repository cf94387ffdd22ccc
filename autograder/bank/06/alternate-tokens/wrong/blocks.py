# misconception: blocks
import jax.numpy as jnp


def alternate(task):
    n, d_x = task.xs.shape
    d_y = task.ys.shape[1]
    inputs = jnp.pad(task.xs, ((0, 0), (0, d_y)))
    targets = jnp.pad(task.ys, ((0, 0), (d_x, 0)))
    query = jnp.pad(task.x_query, (0, d_y))[None]
    return jnp.concatenate([inputs, targets, query])
