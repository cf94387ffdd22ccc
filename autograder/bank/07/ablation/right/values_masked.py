# route: a mask on the heads' outputs, layers in a closure
import jax.numpy as jnp

from icl_course import causal


def ablate(params, symbols, layer, head):
    def through(mute, given):
        stream, seen = params.embed[symbols], []
        for number, weights in enumerate(params.layers):
            pattern = causal.attention_pattern(weights, stream, params.code)
            seen.append(pattern)
            used = pattern if given is None else given[number]
            heads = causal.head_outputs(weights, stream, used)
            if mute and number == layer:
                keep = jnp.arange(len(heads)) != head
                heads = jnp.where(keep[:, None, None], heads, 0.0)
            stream = stream + jnp.sum(heads, axis=0)
        return jnp.matmul(stream, params.unembed.T), seen

    patterns = through(False, None)[1]
    return through(True, None)[0], through(True, patterns)[0]
