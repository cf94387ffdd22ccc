# misconception: none
import jax
import jax.numpy as jnp


def linear_attention(params, tokens):
    context = tokens[:-1]
    queries = jnp.einsum("hkd,jd->hjk", params.w_q, tokens)
    keys = jnp.einsum("hkd,id->hik", params.w_k, context)
    values = jnp.einsum("hvd,id->hiv", params.w_v, context)
    weights = jax.nn.softmax(jnp.einsum("hjk,hik->hji", queries, keys), axis=1)
    return tokens + jnp.einsum("hji,hiv,hdv->jd", weights, values, params.w_o)
