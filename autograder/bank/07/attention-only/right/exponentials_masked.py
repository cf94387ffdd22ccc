# route: exponentials times the mask, divided by their sum; scores split in two
import math

import jax
import jax.numpy as jnp


def attention_only(params, symbols):
    n = symbols.shape[0]
    x, p = params.embed[symbols], params.code[:n]
    for layer in params.layers:
        total = x
        for h in range(layer.w_q.shape[0]):
            form = layer.w_q[h].T @ layer.w_k[h] / layer.w_q.shape[1] ** 0.5
            scores = (x + p) @ form @ (x + p).T
            powers = jnp.exp(scores - scores.max()) * jnp.tril(jnp.ones((n, n)))
            total = total + powers / powers.sum(1, keepdims=True) @ x @ (layer.w_o[h] @ layer.w_v[h]).T
        x = total
    return x @ params.unembed.T
