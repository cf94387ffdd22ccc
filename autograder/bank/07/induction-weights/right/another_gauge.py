# route: the same circuit in a rotated stream, with square matrices
import math

import jax.numpy as jnp

from icl_course import attention, causal


import jax


def induction_weights(n_symbols, n_positions):
    n = n_symbols
    width = 3 * n + n_positions
    turn, _ = jnp.linalg.qr(jax.random.normal(jax.random.key(3), (width, width)))
    own, before, said, place = jnp.split(turn, [n, 2 * n, 3 * n])  # orthonormal rows
    layer_1 = attention.AttentionParams(
        w_q=(place.T @ jnp.eye(n_positions, k=1) @ place)[None],
        w_k=(40.0 * math.sqrt(width) * place.T @ place)[None],
        w_v=own[None],
        w_o=before.T[None],
    )
    layer_2 = attention.AttentionParams(
        w_q=40.0 * math.sqrt(n + 1) * jnp.concatenate([own, place.sum(0)[None]])[None],
        w_k=jnp.concatenate([before, -2 * place[:1]])[None],
        w_v=own[None],
        w_o=40.0 * said.T[None],
    )
    return causal.CausalParams(embed=own, code=place, layers=(layer_1, layer_2), unembed=said)
