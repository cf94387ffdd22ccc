# misconception: none
import jax
import jax.numpy as jnp

from icl_course import attention, constructions, descent, tokens


def largest_deviation(params, task_batch, w_0, learning_rate):
    n_context = task_batch.xs.shape[1]
    layer = constructions.gradient_step(w_0, n_context=n_context, learning_rate=learning_rate)

    def deviation(task):
        after = attention.linear_attention(layer, tokens.make_tokens(task, w_0))
        w_1 = descent.step(w_0, task.xs, task.ys, learning_rate=learning_rate)
        return jnp.abs(
            tokens.read_prediction(after, d_y=len(w_0)) - descent.predict(w_1, task.x_query)
        )

    return jnp.max(jax.vmap(deviation)(task_batch))
