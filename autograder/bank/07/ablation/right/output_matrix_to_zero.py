# route: W_O of the head set to zero, patterns in a list
import jax.numpy as jnp

from icl_course import attention, causal


def ablate(params, symbols, layer, head):
    def run(layers, patterns=None):
        stream, seen = params.embed[symbols], []
        for number, weights in enumerate(layers):
            own = causal.attention_pattern(weights, stream, params.code)
            seen.append(own if patterns is None else patterns[number])
            stream = stream + causal.head_outputs(weights, stream, seen[-1]).sum(axis=0)
        return stream @ params.unembed.T, seen

    old = params.layers[layer]
    silent = attention.AttentionParams(
        w_q=old.w_q, w_k=old.w_k, w_v=old.w_v, w_o=jnp.asarray(old.w_o).at[head].set(0.0)
    )
    layers = [*params.layers[:layer], silent, *params.layers[layer + 1 :]]
    _, normal = run(params.layers)
    return run(layers)[0], run(layers, normal)[0]
