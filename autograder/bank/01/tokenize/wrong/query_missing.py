# misconception: query-missing
import jax.numpy as jnp


def tokenize(task):
    return jnp.concatenate([task.xs, task.ys], axis=1)
