# route: the gauge is fixed first: scores scaled to a mean of 1
import jax.numpy as jnp

from icl_course import metrics


def read_parameters(params, n_context):
    scores = metrics.query_key_form(params)[0]
    scale = jnp.diag(scores)[:-1].mean()
    writes = scale * metrics.output_value_form(params)[0]
    gamma = -jnp.diag(writes)[:-1].mean()
    step = -writes[-1, -1]
    return step * n_context, gamma
