# route: all tokens give keys and values, and a mask takes the query's column out
import jax.numpy as jnp


def linear_attention(params, tokens):
    n_tokens = tokens.shape[0]
    queries = jnp.einsum("hkd,jd->hjk", params.w_q, tokens)
    keys = jnp.einsum("hkd,id->hik", params.w_k, tokens)
    values = jnp.einsum("hvd,id->hiv", params.w_v, tokens)
    scores = jnp.einsum("hjk,hik->hji", queries, keys)
    scores = jnp.where(jnp.arange(n_tokens) < n_tokens - 1, scores, 0.0)
    return tokens + jnp.einsum("hji,hiv,hdv->jd", scores, values, params.w_o)
