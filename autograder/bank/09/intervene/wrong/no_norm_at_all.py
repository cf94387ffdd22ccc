# misconception: no-norm
import jax
import jax.numpy as jnp

from icl_course import causal, mlp


def intervene(params, tokens, depth, vector, keep):
    stream = tokens @ params.embed.T
    for index, (layer, part) in enumerate(zip(params.layers, params.mlps, strict=True)):
        if index == depth:
            stream = stream + vector
        read = stream
        pattern = causal.attention_pattern(layer, read, params.code)
        outputs = causal.head_outputs(layer, read, pattern)
        stream = stream + jnp.where(keep[index][:, None, None], outputs, 0.0).sum(axis=0)
        stream = stream + jax.vmap(mlp.mlp, (None, 0))(part, stream)
    if depth == len(params.layers):
        stream = stream + vector
    return stream @ params.read_out
