# misconception: no-head-silenced
import jax
import jax.numpy as jnp

from icl_course import causal, mlp, transformer


def intervene(params, tokens, depth, vector, keep):
    stream = tokens @ params.embed.T
    for index, (layer, part) in enumerate(zip(params.layers, params.mlps, strict=True)):
        if index == depth:
            stream = stream + vector
        read = transformer.layer_norm(stream)
        pattern = causal.attention_pattern(layer, read, params.code)
        outputs = causal.head_outputs(layer, read, pattern)
        stream = stream + jnp.where((keep[index] | True)[:, None, None], outputs, 0.0).sum(axis=0)
        stream = stream + jax.vmap(mlp.mlp, (None, 0))(part, transformer.layer_norm(stream))
    if depth == len(params.layers):
        stream = stream + vector
    return transformer.layer_norm(stream) @ params.read_out
