# misconception: none
import jax.numpy as jnp

from icl_course import metrics


def read_parameters(params, n_context):
    scores, writes = metrics.query_key_form(params)[0], metrics.output_value_form(params)[0]
    score = jnp.trace(scores[:-1, :-1])
    move = jnp.trace(writes[:-1, :-1])
    write = writes[-1, -1]
    return -n_context * score * write, -score * move
