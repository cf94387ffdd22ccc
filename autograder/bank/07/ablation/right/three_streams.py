# route: three streams side by side
import jax.numpy as jnp

from icl_course import attention, causal


def ablate(params, symbols, layer, head):
    normal = full = frozen = params.embed[symbols]
    for number, weights in enumerate(params.layers):
        speak = jnp.ones(weights.w_q.shape[0])
        mute = speak.at[head].multiply(number != layer)
        own = causal.attention_pattern(weights, normal, params.code)
        again = causal.attention_pattern(weights, full, params.code)
        full = full + jnp.tensordot(mute, causal.head_outputs(weights, full, again), 1)
        frozen = frozen + jnp.tensordot(mute, causal.head_outputs(weights, frozen, own), 1)
        normal = normal + jnp.tensordot(speak, causal.head_outputs(weights, normal, own), 1)
    return [full @ params.unembed.T, frozen @ params.unembed.T]
