# misconception: query-only
import jax.numpy as jnp


def linear_attention(params, tokens):
    context, query = tokens[:-1], tokens[-1]
    update = jnp.zeros_like(query)
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        scores = context @ w_k.T @ (w_q @ query)
        update = update + w_o @ (scores @ (context @ w_v.T))
    return tokens.at[-1].add(update)
