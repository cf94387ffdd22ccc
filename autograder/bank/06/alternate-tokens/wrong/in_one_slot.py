# misconception: in-one-slot
import jax.numpy as jnp


def alternate(task):
    n, d_x = task.xs.shape
    d_y = task.ys.shape[1]
    inputs = jnp.pad(task.xs, ((0, 0), (0, d_y)))
    targets = jnp.pad(task.ys, ((0, 0), (d_x, 0)))
    query = jnp.pad(task.x_query, (0, d_y))[None]
    short = jnp.pad(task.ys, ((0, 0), (d_x - d_y, 0)))
    rows = jnp.stack([task.xs, short], axis=1).reshape(2 * n, d_x)
    return jnp.concatenate([rows, task.x_query[None]])
