# route: NumPy float64 throughout
import numpy as np
from scipy.special import erf


def intervene(params, tokens, depth, vector, keep):
    def as64(a):
        return np.asarray(a, np.float64)

    def norm(x):
        return (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)

    stream, code = as64(tokens) @ as64(params.embed).T, as64(params.code)[: len(tokens)]
    mask = np.triu(np.full((len(tokens), len(tokens)), -np.inf), 1)
    for number, (layer, hidden) in enumerate(zip(params.layers, params.mlps, strict=True)):
        if number == depth:
            stream = stream + as64(vector)
        read, added = norm(stream), 0.0
        for h in range(len(layer.w_q)):
            q, k = (read + code) @ as64(layer.w_q[h]).T, (read + code) @ as64(layer.w_k[h]).T
            scores = q @ k.T / np.sqrt(q.shape[1]) + mask
            weights = np.exp(scores - scores.max(1, keepdims=True))
            weights /= weights.sum(1, keepdims=True)
            added = added + bool(keep[number][h]) * (
                weights @ read @ as64(layer.w_v[h]).T @ as64(layer.w_o[h]).T
            )
        stream = stream + added
        z = norm(stream) @ as64(hidden.w_in).T + as64(hidden.b_in)
        stream = stream + z * (1 + erf(z / 2**0.5)) / 2 @ as64(hidden.w_out).T + as64(hidden.b_out)
    if depth == len(params.layers):
        stream = stream + as64(vector)
    return norm(stream) @ as64(params.read_out)
