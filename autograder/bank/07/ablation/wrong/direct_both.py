# misconception: direct-both
import jax.numpy as jnp

from icl_course import attention, causal


def ablate(params, symbols, layer, head):
    stream, normal = params.embed[symbols], []
    for number, weights in enumerate(params.layers):
        normal.append(causal.attention_pattern(weights, stream, params.code))
        added = causal.head_outputs(weights, stream, normal[-1])
        if number == layer:
            written = added[head]
        stream = stream + added.sum(axis=0)
    direct = (stream - written) @ params.unembed.T
    return direct, direct
