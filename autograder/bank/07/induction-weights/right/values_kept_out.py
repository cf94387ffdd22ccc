# route: the first token is kept out by a constant slot of the query
import jax.numpy as jnp

from icl_course import attention, causal


def induction_weights(n_symbols, n_positions):
    n, m = n_symbols, n_positions
    blocks = jnp.eye(3 * n + m + 1)
    own, before, said, place, one = jnp.split(blocks, [n, 2 * n, 3 * n, 3 * n + m])
    layer_1 = attention.AttentionParams(
        w_q=25.0 * m**0.5 * jnp.pad(place[:-1], ((0, 0), (1, 0)))[None, :, :-1],
        w_k=place[None, :-1],
        w_v=own[None],
        w_o=before.T[None],
    )
    layer_2 = attention.AttentionParams(
        w_q=jnp.concatenate([own, one])[None],
        w_k=25.0 * (n + 1) ** 0.5 * jnp.concatenate([before, -4 * place[:1]])[None],
        w_v=25.0 * own[None],
        w_o=said.T[None],
    )
    return causal.CausalParams(
        embed=own + one, code=place, layers=(layer_1, layer_2), unembed=said
    )
