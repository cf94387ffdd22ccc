# route: NumPy in float64, head by head and token by token
import numpy as np


def attention_only(params, symbols):
    symbols = np.asarray(symbols)
    x = np.asarray(params.embed, float)[symbols]
    p = np.asarray(params.code, float)[: len(symbols)]
    for layer in params.layers:
        ws = [np.asarray(w, float) for w in (layer.w_q, layer.w_k, layer.w_v, layer.w_o)]
        update = np.zeros_like(x)
        for q, k, v, o in zip(*ws):
            for t in range(len(x)):
                query = q @ (x[t] + p[t])
                score = np.array([k @ (x[i] + p[i]) @ query for i in range(t + 1)]) / np.sqrt(len(q))
                a = np.exp(score - score.max())
                a /= a.sum()
                update[t] += o @ sum(a[i] * (v @ x[i]) for i in range(t + 1))
        x = x + update
    return x @ np.asarray(params.unembed, float).T
