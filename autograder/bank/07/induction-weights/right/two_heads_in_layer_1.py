# route: a second head in layer 1 takes the own symbol off what the first wrote, twofold
import math

import jax.numpy as jnp

from icl_course import attention, causal


def induction_weights(n_symbols, n_positions):
    n, m = n_symbols, n_positions
    own, before, said, place = jnp.split(jnp.eye(3 * n + m), [n, 2 * n, 3 * n])
    shift = jnp.eye(m, k=-1)
    query = 40.0 * math.sqrt(m) * (shift.T @ place)
    # The second head looks at the token itself and lowers its own symbol in the second block.
    itself = 40.0 * math.sqrt(m) * place
    layer_1 = attention.AttentionParams(
        w_q=jnp.stack([query, itself]),
        w_k=jnp.stack([place, place]),
        w_v=jnp.stack([own, own]),
        w_o=jnp.stack([2.0 * before.T, -before.T]),
    )
    layer_2 = attention.AttentionParams(
        w_q=60.0 * math.sqrt(n + 1) * jnp.concatenate([own, place.sum(0, keepdims=True)])[None],
        w_k=jnp.concatenate([before, -3.0 * place[:1]])[None],
        w_v=own[None],
        w_o=30.0 * said.T[None],
    )
    return causal.CausalParams(embed=own, code=place, layers=(layer_1, layer_2), unembed=said)
