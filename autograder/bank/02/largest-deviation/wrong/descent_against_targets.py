# misconception: none
import jax
import jax.numpy as jnp

from icl_course import descent


def largest_deviation(params, task_batch, w_0, learning_rate):
    def deviation(task):
        w_1 = descent.step(w_0, task.xs, task.ys, learning_rate=learning_rate)
        return jnp.abs(descent.predict(w_1, task.x_query) - task.y_query)

    return jnp.max(jax.vmap(deviation)(task_batch))
