# misconception: no-mean
import jax
import jax.numpy as jnp

from icl_course import attention, tokens


def largest_deviation(params, task_batch, w_0, learning_rate):
    def deviation(task):
        after = attention.linear_attention(params, tokens.make_tokens(task, w_0))
        layer = tokens.read_prediction(after, d_y=len(w_0))
        w_1 = w_0 - learning_rate * (task.xs @ w_0.T - task.ys).T @ task.xs
        return jnp.abs(layer - w_1 @ task.x_query)

    return jnp.max(jax.vmap(deviation)(task_batch))
