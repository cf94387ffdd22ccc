# misconception: no-step
import jax
import jax.numpy as jnp

from icl_course import attention, descent, tokens


def largest_deviation(params, task_batch, w_0, learning_rate):
    def deviation(task):
        after = attention.linear_attention(params, tokens.make_tokens(task, w_0))
        layer = tokens.read_prediction(after, d_y=len(w_0))
        return jnp.abs(layer - descent.predict(w_0, task.x_query))

    return jnp.max(jax.vmap(deviation)(task_batch))
