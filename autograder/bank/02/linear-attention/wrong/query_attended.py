# misconception: query-attended
import jax.numpy as jnp


def linear_attention(params, tokens):
    update = jnp.zeros_like(tokens)
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        queries, keys, values = tokens @ w_q.T, tokens @ w_k.T, tokens @ w_v.T
        update = update + queries @ keys.T @ values @ w_o.T
    return tokens + update
