# route: the maximum norm of the flattened differences, and max(difference, -difference)
import jax
import jax.numpy as jnp

from icl_course import attention, descent, tokens


def layer_prediction(params, task, w_0):
    after = attention.linear_attention(params, tokens.make_tokens(task, w_0))
    return -after[-1, task.xs.shape[1] :]


def largest_deviation(params, task_batch, w_0, learning_rate):
    layer = jax.vmap(layer_prediction, in_axes=(None, 0, None))(params, task_batch, w_0)
    delta = jax.vmap(lambda xs, ys: descent.gradient(w_0, xs, ys))(task_batch.xs, task_batch.ys)
    stepped = jnp.einsum("byx,bx->by", w_0 - learning_rate * delta, task_batch.x_query)
    difference = jnp.ravel(layer - stepped)
    return jnp.maximum(difference.max(), (-difference).max())
