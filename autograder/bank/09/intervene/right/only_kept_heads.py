# route: only the kept heads are run, one after the other
import jax
import jax.numpy as jnp
import numpy as np

from icl_course import mlp


def normal(x):
    centred = x - jnp.mean(x, axis=1, keepdims=True)
    return centred * jax.lax.rsqrt(jnp.mean(centred**2, axis=1, keepdims=True) + 1e-5)


def intervene(params, tokens, depth, vector, keep):
    n_tokens = len(tokens)
    stream = tokens @ params.embed.T
    for index in range(len(params.layers) + 1):
        stream = stream + (vector if index == depth else 0)
        if index == len(params.layers):
            break
        layer, read = params.layers[index], normal(stream)
        placed = read + params.code[:n_tokens]
        for head in np.flatnonzero(np.asarray(keep[index])):
            queries, keys = placed @ layer.w_q[head].T, placed @ layer.w_k[head].T
            scores = queries @ keys.T / keys.shape[1] ** 0.5
            scores = jnp.where(jnp.tril(jnp.ones((n_tokens, n_tokens))) > 0, scores, -jnp.inf)
            gathered = jax.nn.softmax(scores, axis=1) @ (read @ layer.w_v[head].T)
            stream = stream + gathered @ layer.w_o[head].T
        stream = stream + jnp.stack([mlp.mlp(params.mlps[index], x) for x in normal(stream)])
    return normal(stream) @ params.read_out
