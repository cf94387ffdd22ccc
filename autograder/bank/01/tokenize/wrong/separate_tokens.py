# misconception: none
import jax.numpy as jnp


def tokenize(task):
    (n_context, d_x), d_y = task.xs.shape, task.ys.shape[1]
    table = jnp.zeros((2 * n_context + 1, d_x + d_y))
    table = table.at[0:-1:2, :d_x].set(task.xs)
    table = table.at[1::2, d_x:].set(task.ys)
    return table.at[-1, :d_x].set(task.x_query)
