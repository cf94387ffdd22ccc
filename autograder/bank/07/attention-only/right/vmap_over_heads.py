# route: one head under vmap, a large negative number for the mask
import math

import jax
import jax.numpy as jnp


def one_head(w_q, w_k, w_v, w_o, stream, read):
    scores = (read @ w_q.T) @ (read @ w_k.T).T / jnp.sqrt(w_k.shape[0])
    future = jnp.triu(jnp.ones_like(scores), 1)
    return jax.nn.softmax(scores - 1e9 * future) @ stream @ w_v.T @ w_o.T


def attention_only(params, symbols):
    x = jnp.take(params.embed, symbols, axis=0)
    for layer in params.layers:
        each = jax.vmap(one_head, in_axes=(0, 0, 0, 0, None, None))
        x = x + each(
            layer.w_q, layer.w_k, layer.w_v, layer.w_o, x, x + params.code[: x.shape[0]]
        ).sum(0)
    return jnp.einsum("td,sd->ts", x, params.unembed)
