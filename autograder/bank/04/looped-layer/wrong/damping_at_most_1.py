# misconception: none
import jax.numpy as jnp

from icl_course import attention


def looped_layer(params, tokens, n_layers, damping):
    deep = [tokens]
    for _ in range(n_layers):
        now = deep[-1]
        deep.append(now + min(damping, 1.0) * (attention.linear_attention(params, now) - now))
    return jnp.stack(deep)
