# misconception: none
import jax.numpy as jnp


def linear_attention(params, tokens):
    context = tokens[:-1]
    update = jnp.zeros_like(context)
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        scores = (context @ w_q.T) @ (context @ w_k.T).T
        update = update + scores @ (context @ w_v.T) @ w_o.T
    return tokens.at[:-1].add(update)
