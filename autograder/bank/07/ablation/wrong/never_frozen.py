# misconception: never-frozen
import jax.numpy as jnp

from icl_course import attention, causal


def run(params, symbols, layer, head, silent=True, patterns=None):
    stream, seen = params.embed[symbols], []
    for number, weights in enumerate(params.layers):
        own = causal.attention_pattern(weights, stream, params.code)
        seen.append(own if patterns is None else patterns[number])
        added = causal.head_outputs(weights, stream, seen[-1])
        if silent and number == layer:
            added = added.at[head].set(0.0)
        stream = stream + added.sum(axis=0)
    return stream @ params.unembed.T, seen


def ablate(params, symbols, layer, head):
    _, normal = run(params, symbols, layer, head, silent=False)
    full, _ = run(params, symbols, layer, head)
    frozen, _ = run(params, symbols, layer, head, patterns=normal)
    return full, full
