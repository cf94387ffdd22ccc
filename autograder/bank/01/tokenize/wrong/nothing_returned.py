# misconception: none
import jax.numpy as jnp


def tokenize(task):
    tokens = jnp.concatenate([task.xs, task.ys], axis=1)
    tokens = jnp.vstack([tokens, jnp.append(task.x_query, jnp.zeros(task.ys.shape[1]))])
