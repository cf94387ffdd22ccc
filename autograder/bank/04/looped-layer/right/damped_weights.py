# route: the damping is a scale of the write-back
import equinox as eqx
import jax.numpy as jnp

from icl_course import attention


def looped_layer(params, tokens, n_layers, damping):
    slower = eqx.tree_at(lambda p: p.w_o, params, damping * params.w_o)
    deep = jnp.zeros((n_layers + 1, *tokens.shape)).at[0].set(tokens)
    for depth in range(n_layers):
        deep = deep.at[depth + 1].set(attention.linear_attention(slower, deep[depth]))
    return deep
