# misconception: none
import jax.numpy as jnp


def linear_attention(params, tokens):
    context = tokens[:-1]
    update = jnp.zeros_like(tokens)
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        scores = (tokens @ w_q) @ (context @ w_k).T
        update = update + scores @ (context @ w_v) @ w_o
    return tokens + update
