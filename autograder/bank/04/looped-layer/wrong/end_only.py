# misconception: none
import jax.numpy as jnp

from icl_course import attention


def looped_layer(params, tokens, n_layers, damping):
    deep = [tokens]
    for k in range(n_layers):
        now = deep[-1]
        new = attention.linear_attention(params, now)
        deep.append(now + damping * (new - now))
    return deep[-1]
