# misconception: against-answers
import jax
import jax.numpy as jnp

from icl_course import attention, descent, tokens


def prediction_difference(params, task_batch, learning_rate):
    def apart(task):
        out = attention.linear_attention(params, tokens.make_tokens(task))
        by_layer = -out[-1, task.xs.shape[1] :]
        w_0 = jnp.zeros((task.ys.shape[1], task.xs.shape[1]))
        w_1 = descent.step(w_0, task.xs, task.ys, learning_rate=learning_rate)
        gap = by_layer - task.y_query
        return jnp.linalg.norm(gap)

    return jnp.mean(jax.vmap(apart)(task_batch))
