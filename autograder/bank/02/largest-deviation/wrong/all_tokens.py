# misconception: none
import jax
import jax.numpy as jnp

from icl_course import attention, descent, tokens


def largest_deviation(params, task_batch, w_0, learning_rate):
    def deviation(task):
        after = attention.linear_attention(params, tokens.make_tokens(task, w_0))
        w_1 = descent.step(w_0, task.xs, task.ys, learning_rate=learning_rate)
        points = jnp.concatenate([task.xs, task.x_query[None]])
        return jnp.abs(-after[:, -len(w_0) :] - points @ w_1.T)

    return jnp.max(jax.vmap(deviation)(task_batch))
