# route: places on half a circle, a slot for the first token
import jax.numpy as jnp

from icl_course import attention, causal


def induction_weights(n_symbols, n_positions):
    angles = jnp.arange(n_positions) * 2 * jnp.pi / (2 * n_positions)
    is_first = (jnp.arange(n_positions) == 0).astype(float)
    places = jnp.stack([jnp.cos(angles), jnp.sin(angles), is_first, 1 - is_first], axis=1)
    n, width = n_symbols, 3 * n_symbols + 4
    own, before, said, place = jnp.split(jnp.eye(width), [n, 2 * n, 3 * n])
    step = 2 * jnp.pi / (2 * n_positions)
    back = jnp.array([[jnp.cos(step), jnp.sin(step)], [-jnp.sin(step), jnp.cos(step)]])
    sharp = 20 / (1 - jnp.cos(step))
    layer_1 = attention.AttentionParams(
        w_q=sharp * (back @ place[:2])[None],
        w_k=2**0.5 * place[:2][None],
        w_v=own[None],
        w_o=before.T[None],
    )
    query = jnp.concatenate([own, place[2:3] + place[3:4]])
    key = jnp.concatenate([before, -3 * place[2:3]])
    layer_2 = attention.AttentionParams(
        w_q=20.0 * (n + 1) ** 0.5 * query[None],
        w_k=key[None],
        w_v=own[None],
        w_o=20.0 * said.T[None],
    )
    code = places @ place
    return causal.CausalParams(embed=own, code=code, layers=(layer_1, layer_2), unembed=said)
