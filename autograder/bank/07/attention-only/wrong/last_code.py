# misconception: none
import math

import jax
import jax.numpy as jnp


def attention_only(params, symbols):
    n_tokens = len(symbols)
    is_seen = jnp.tril(jnp.ones((n_tokens, n_tokens), bool))
    stream = params.embed[symbols]
    for layer in params.layers:
        read = stream + params.code[-n_tokens:]
        queries = jnp.einsum("hkd,td->htk", layer.w_q, read)
        keys = jnp.einsum("hkd,id->hik", layer.w_k, read)
        values = jnp.einsum("hvd,id->hiv", layer.w_v, stream)
        scores = jnp.einsum("htk,hik->hti", queries, keys) / math.sqrt(layer.w_k.shape[1])
        weights = jax.nn.softmax(jnp.where(is_seen, scores, -jnp.inf), axis=-1)
        stream = stream + jnp.einsum("hdv,hti,hiv->td", layer.w_o, weights, values)
    return stream @ params.unembed.T
