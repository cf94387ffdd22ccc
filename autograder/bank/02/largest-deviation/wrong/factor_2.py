# misconception: factor-2
import jax
import jax.numpy as jnp

from icl_course import attention, descent, tokens


def largest_deviation(params, task_batch, w_0, learning_rate):
    def mean_squared_error(w, task):
        return jnp.sum((task.xs @ w.T - task.ys) ** 2) / len(task.xs)

    def deviation(task):
        after = attention.linear_attention(params, tokens.make_tokens(task, w_0))
        layer = tokens.read_prediction(after, d_y=len(w_0))
        w_1 = w_0 - learning_rate * jax.grad(mean_squared_error)(w_0, task)
        return jnp.abs(layer - descent.predict(w_1, task.x_query))

    return jnp.max(jax.vmap(deviation)(task_batch))
