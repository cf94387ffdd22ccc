# route: inputs, query and targets in blocks, then one permutation
import jax.numpy as jnp


def alternate(task):
    n, d_x = task.xs.shape
    d_y = task.ys.shape[1]
    inputs = jnp.vstack([task.xs, task.x_query])
    above = jnp.hstack([inputs, jnp.zeros((n + 1, d_y))])
    below = jnp.hstack([jnp.zeros((n, d_x)), task.ys])
    order = jnp.argsort(jnp.concatenate([2 * jnp.arange(n + 1), 2 * jnp.arange(n) + 1]))
    return jnp.concatenate([above, below])[order]
