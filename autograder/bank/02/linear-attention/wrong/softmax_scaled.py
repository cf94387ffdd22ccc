# misconception: softmax-scaled
import jax
import jax.numpy as jnp


def linear_attention(params, tokens):
    context = tokens[:-1]
    queries = jnp.einsum("hkd,jd->hjk", params.w_q, tokens)
    keys = jnp.einsum("hkd,id->hik", params.w_k, context)
    values = jnp.einsum("hvd,id->hiv", params.w_v, context)
    scores = jnp.einsum("hjk,hik->hji", queries, keys) / jnp.sqrt(keys.shape[-1])
    gathered = jax.nn.softmax(scores, axis=-1) @ values
    return tokens + jnp.einsum("hdv,hjv->jd", params.w_o, gathered)
