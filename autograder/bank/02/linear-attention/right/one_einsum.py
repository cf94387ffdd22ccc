# route: the whole layer is one einsum over the eight indices
import jax.numpy as jnp


def linear_attention(params, tokens):
    context = tokens[:-1]
    return tokens + jnp.einsum(
        "hov,hva,ia,hkb,ib,hkc,jc->jo",
        params.w_o,
        params.w_v,
        context,
        params.w_k,
        context,
        params.w_q,
        tokens,
    )
