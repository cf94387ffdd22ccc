# misconception: last-label-repeated
import jax.numpy as jnp


def tokenize(task):
    context = jnp.concatenate([task.xs, task.ys], axis=1)
    query = jnp.concatenate([task.x_query, task.ys[-1]])
    return jnp.vstack([context, query])
