# route: the head is deleted from its layer
import jax.numpy as jnp

from icl_course import attention, causal


import jax
import numpy as np


def ablate(params, symbols, layer, head):
    others = np.array([h for h in range(len(params.layers[0].w_q)) if h != head], int)

    def cut(weights):
        return jax.tree.map(lambda w: w[others], weights)

    def forward(patterns):
        stream = params.embed[symbols]
        for number, weights in enumerate(params.layers):
            weights = cut(weights) if number == layer else weights
            if patterns is None:
                pattern = causal.attention_pattern(weights, stream, params.code)
            else:
                pattern = patterns[number][others] if number == layer else patterns[number]
            stream = stream + causal.head_outputs(weights, stream, pattern).sum(0)
        return jnp.einsum("td,sd->ts", stream, params.unembed)

    stream, normal = params.embed[symbols], []
    for weights in params.layers:
        normal.append(causal.attention_pattern(weights, stream, params.code))
        stream = stream + causal.head_outputs(weights, stream, normal[-1]).sum(0)
    return forward(None), forward(normal)
