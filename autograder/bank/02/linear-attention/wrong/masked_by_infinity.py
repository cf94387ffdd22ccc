# misconception: none
import jax.numpy as jnp


def linear_attention(params, tokens):
    keys = jnp.einsum("hkd,id->hik", params.w_k, tokens)
    keys = keys.at[:, -1].set(-jnp.inf)
    queries = jnp.einsum("hkd,jd->hjk", params.w_q, tokens)
    values = jnp.einsum("hvd,id->hiv", params.w_v, tokens)
    scores = jnp.einsum("hjk,hik->hji", queries, keys)
    return tokens + jnp.einsum("hji,hiv,hdv->jd", scores, values, params.w_o)
