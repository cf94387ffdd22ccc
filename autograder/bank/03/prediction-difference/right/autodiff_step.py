# route: the step by autodiff, sum over tasks divided at the end
import jax
import jax.numpy as jnp

from icl_course import attention, descent, tokens


def prediction_difference(params, task_batch, learning_rate):
    total = 0.0
    for b in range(len(task_batch.xs)):
        task = jax.tree.map(lambda field: field[b], task_batch)
        w_0 = jnp.zeros((task.ys.shape[1], task.xs.shape[1]))
        w_1 = w_0 - learning_rate * jax.grad(descent.loss)(w_0, task.xs, task.ys)
        out = attention.linear_attention(params, tokens.make_tokens(task))
        gap = w_1 @ task.x_query - tokens.read_prediction(out, d_y=len(w_0))
        total += jnp.sqrt(gap @ gap)
    return total / len(task_batch.xs)
