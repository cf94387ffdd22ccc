# misconception: uniform
import jax.numpy as jnp

from icl_course import attention, causal


def ablate(params, symbols, layer, head):
    n = len(symbols)
    even = jnp.tril(jnp.ones((n, n))) / jnp.arange(1, n + 1)[:, None]
    normal = full = frozen = params.embed[symbols]
    for number, weights in enumerate(params.layers):
        own = causal.attention_pattern(weights, normal, params.code)
        again = causal.attention_pattern(weights, full, params.code)
        normal = normal + causal.head_outputs(weights, normal, own).sum(0)
        if number == layer:
            own, again = own.at[head].set(even), again.at[head].set(even)
        full = full + causal.head_outputs(weights, full, again).sum(0)
        frozen = frozen + causal.head_outputs(weights, frozen, own).sum(0)
    return full @ params.unembed.T, frozen @ params.unembed.T
