# misconception: targets-first
import jax.numpy as jnp


def tokenize(task):
    context = jnp.concatenate([task.ys, task.xs], axis=1)
    query = jnp.concatenate([jnp.zeros(task.ys.shape[1]), task.x_query])
    return jnp.vstack([context, query])
