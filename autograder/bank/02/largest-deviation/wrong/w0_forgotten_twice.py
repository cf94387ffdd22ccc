# misconception: w0-forgotten-twice
import jax
import jax.numpy as jnp

from icl_course import attention, descent, tokens


def largest_deviation(params, task_batch, w_0, learning_rate):
    start = jnp.zeros_like(w_0)

    def deviation(task):
        after = attention.linear_attention(params, tokens.make_tokens(task, start))
        layer = tokens.read_prediction(after, d_y=len(start))
        w_1 = descent.step(start, task.xs, task.ys, learning_rate=learning_rate)
        return jnp.abs(layer - descent.predict(w_1, task.x_query))

    return jnp.max(jax.vmap(deviation)(task_batch))
