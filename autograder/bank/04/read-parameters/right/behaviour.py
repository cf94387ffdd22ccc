# route: no weights: the layer is asked with unit inputs
import jax
import jax.numpy as jnp

from icl_course import metrics


def read_parameters(params, n_context):
    forms = jax.tree.map(
        lambda form: form[0], (metrics.query_key_form(params), metrics.output_value_form(params))
    )
    d_x = forms[0].shape[0] - 1
    units = jnp.eye(d_x + 1)
    score = sum(unit @ forms[0] @ unit for unit in units[:d_x]) / d_x
    move = sum(unit @ forms[1] @ unit for unit in units[:d_x]) / d_x
    write = units[d_x] @ forms[1] @ units[d_x]
    return -score * write * n_context, -score * move
