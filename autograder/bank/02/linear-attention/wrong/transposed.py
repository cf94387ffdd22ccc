# misconception: transposed
import jax.numpy as jnp


def linear_attention(params, tokens):
    context = tokens[:-1]
    update = jnp.zeros_like(tokens)
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        scores = (tokens @ w_k.T) @ (context @ w_q.T).T
        update += scores @ (context @ w_v.T) @ w_o.T
    return tokens + update
