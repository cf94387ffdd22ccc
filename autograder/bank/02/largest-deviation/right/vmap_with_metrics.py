# route: vmap over whole predictions; the library's metric takes the maximum
import jax

from icl_course import attention, descent, metrics
from icl_course import tokens as tk


def largest_deviation(params, task_batch, w_0, learning_rate):
    def by_layer(task):
        after = attention.linear_attention(params, tk.make_tokens(task, w_0))
        return tk.read_prediction(after, d_y=w_0.shape[0])

    def by_descent(task):
        w_1 = descent.step(w_0, task.xs, task.ys, learning_rate=learning_rate)
        return descent.predict(w_1, task.x_query)

    return metrics.largest_deviation(
        jax.vmap(by_layer)(task_batch), jax.vmap(by_descent)(task_batch)
    )
