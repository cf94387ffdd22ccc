# misconception: none
import jax.numpy as jnp


def tokenize(task):
    context = jnp.concatenate([task.xs, task.ys], axis=1)
    query = jnp.concatenate([0 * task.x_query, jnp.zeros(task.ys.shape[1])])
    return jnp.vstack([context, query])
