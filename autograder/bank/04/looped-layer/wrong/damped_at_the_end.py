# misconception: damped-at-the-end
import jax.numpy as jnp

from icl_course import attention


def looped_layer(params, tokens, n_layers, damping):
    deep = [tokens]
    for _ in range(n_layers):
        deep.append(attention.linear_attention(params, deep[-1]))
    return tokens + damping * (jnp.stack(deep) - tokens)
