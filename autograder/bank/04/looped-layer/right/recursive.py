# route: a function that calls itself
import jax.numpy as jnp

from icl_course.attention import linear_attention


def looped_layer(params, tokens, n_layers, damping):
    if n_layers == 0:
        return tokens[None]
    shallower = looped_layer(params, tokens, n_layers - 1, damping)
    last = shallower[-1]
    return jnp.concatenate([shallower, (last + damping * (linear_attention(params, last) - last))[None]])
