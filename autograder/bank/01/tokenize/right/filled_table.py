# route: a table of zeros, filled by .at
import jax.numpy as jnp


def tokenize(task):
    n_context, d_x = task.xs.shape
    table = jnp.zeros((n_context + 1, d_x + task.ys.shape[1]))
    table = table.at[:n_context, :d_x].set(task.xs)
    table = table.at[:n_context, d_x:].set(task.ys)
    return table.at[n_context, :d_x].set(task.x_query)
