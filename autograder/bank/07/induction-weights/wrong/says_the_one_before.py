# misconception: the-symbol-itself
import math

import jax.numpy as jnp

from icl_course import attention, causal


def induction_weights(n_symbols, n_positions):
    d_model = 3 * n_symbols + n_positions
    slots = jnp.eye(d_model)
    own, before, said, place = jnp.split(slots, [n_symbols, 2 * n_symbols, 3 * n_symbols])
    sharp = 30.0
    shift = jnp.eye(n_positions, k=-1)
    first = attention.AttentionParams(
        w_q=math.sqrt(n_positions) * sharp * (shift.T @ place)[None],
        w_k=place[None],
        w_v=own[None],
        w_o=before.T[None],
    )
    anywhere = place.sum(axis=0, keepdims=True)
    second = attention.AttentionParams(
        w_q=math.sqrt(n_symbols + 1) * sharp * jnp.concatenate([own, anywhere])[None],
        w_k=jnp.concatenate([before, -2 * place[:1]])[None],
        w_v=before[None],
        w_o=sharp * said.T[None],
    )
    return causal.CausalParams(embed=own, code=place, layers=(first, second), unembed=said)
