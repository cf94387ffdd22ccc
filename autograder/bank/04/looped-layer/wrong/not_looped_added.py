# misconception: not-looped-added
import jax.numpy as jnp

from icl_course import attention


def looped_layer(params, tokens, n_layers, damping):
    update = attention.linear_attention(params, tokens) - tokens
    steps = damping * jnp.arange(n_layers + 1)
    return tokens + steps[:, None, None] * update
