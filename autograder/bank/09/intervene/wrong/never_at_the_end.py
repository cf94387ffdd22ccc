# misconception: none
import jax
import jax.numpy as jnp

from icl_course import causal, mlp, transformer


def intervene(params, tokens, depth, vector, keep):
    x = tokens @ params.embed.T
    for index, (layer, part) in enumerate(zip(params.layers, params.mlps)):
        if index == depth:
            x = x + vector
        read = transformer.layer_norm(x)
        pattern = causal.attention_pattern(layer, read, params.code)
        added = causal.head_outputs(layer, read, pattern)
        x = x + jnp.einsum("h,htm->tm", keep[index].astype(float), added)
        x = x + jax.vmap(mlp.mlp, in_axes=(None, 0))(part, transformer.layer_norm(x))
    return transformer.layer_norm(x) @ params.read_out
