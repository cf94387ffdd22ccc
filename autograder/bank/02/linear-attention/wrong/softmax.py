# misconception: softmax
import jax
import jax.numpy as jnp


def linear_attention(params, tokens):
    update = jnp.zeros_like(tokens)
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        queries, keys, values = tokens @ w_q.T, tokens[:-1] @ w_k.T, tokens[:-1] @ w_v.T
        update = update + jax.nn.softmax(queries @ keys.T, axis=-1) @ values @ w_o.T
    return tokens + update
