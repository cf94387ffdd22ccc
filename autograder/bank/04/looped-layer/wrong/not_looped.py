# misconception: not-looped
import jax.numpy as jnp

from icl_course import attention


def looped_layer(params, tokens, n_layers, damping):
    deep = [tokens]
    for _ in range(n_layers):
        deep.append(tokens + damping * (attention.linear_attention(params, tokens) - tokens))
    return jnp.stack(deep)
