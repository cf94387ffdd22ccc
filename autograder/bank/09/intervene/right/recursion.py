# route: a layer function applied in turn, the vector through where
import functools

import jax
import jax.numpy as jnp

from icl_course import causal, mlp, transformer


def intervene(params, tokens, depth, vector, keep):
    layers = list(zip(params.layers, params.mlps, keep, strict=True))
    norm = transformer.layer_norm

    def change(stream, number):
        return stream + jnp.where(number == depth, 1.0, 0.0) * vector[None]

    def step(stream, numbered):
        number, (layer, part, kept) = numbered
        read = norm(change(stream, number))
        heads = causal.head_outputs(layer, read, causal.attention_pattern(layer, read, params.code))
        middle = change(stream, number) + jnp.tensordot(kept.astype(float), heads, axes=1)
        return middle + jax.vmap(lambda x: mlp.mlp(part, x))(norm(middle))

    last = functools.reduce(step, enumerate(layers), tokens @ params.embed.T)
    return norm(change(last, len(layers))) @ params.read_out
