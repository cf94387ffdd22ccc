# misconception: none
import jax.numpy as jnp


def tokenize(task):
    context = jnp.concatenate([task.xs, task.ys], axis=1)
    query = jnp.concatenate([task.x_query, jnp.full(task.ys.shape[1], jnp.nan)])
    return jnp.vstack([context, query])
