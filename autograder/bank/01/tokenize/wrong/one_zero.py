# misconception: none
import jax.numpy as jnp


def tokenize(task):
    context = jnp.concatenate([task.xs, task.ys], axis=1)
    query = jnp.append(task.x_query, 0.0)
    return jnp.vstack([context, query])
