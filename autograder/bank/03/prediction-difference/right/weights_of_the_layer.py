# route: both predictors as matrices that act on the query, the layer's by its two products
import jax.numpy as jnp

from icl_course import metrics


def prediction_difference(params, task_batch, learning_rate):
    n_context, d_x = task_batch.xs.shape[1:]
    scores, writes = metrics.query_key_form(params), metrics.output_value_form(params)
    e = jnp.concatenate([task_batch.xs, task_batch.ys], axis=2)
    moved = jnp.einsum("hop,bnp,bnq,hqi->boi", writes, e, e, scores)
    w_layer = -moved[:, d_x:, :d_x]
    w_step = learning_rate / n_context * task_batch.ys.mT @ task_batch.xs
    gaps = ((w_layer - w_step) @ task_batch.x_query[:, :, None])[:, :, 0]
    return jnp.linalg.norm(gaps, axis=1).mean()
