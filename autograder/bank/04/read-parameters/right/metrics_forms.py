# route: the library's two forms and traces
import jax.numpy as jnp

from icl_course import metrics


def read_parameters(params, n_context):
    scores, writes = metrics.query_key_form(params)[0], metrics.output_value_form(params)[0]
    d_x = scores.shape[0] - 1
    score = jnp.trace(scores[:d_x, :d_x]) / d_x
    move = jnp.trace(writes[:d_x, :d_x]) / d_x
    return -n_context * score * writes[-1, -1], -score * move
