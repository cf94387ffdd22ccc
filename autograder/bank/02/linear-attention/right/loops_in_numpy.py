# route: loops over heads and pairs of tokens in NumPy float64, as the formula is written
import numpy as np


def linear_attention(params, tokens):
    e = np.asarray(tokens, dtype=np.float64)
    w_q, w_k, w_v, w_o = (
        np.asarray(w, dtype=np.float64) for w in (params.w_q, params.w_k, params.w_v, params.w_o)
    )
    after = e.copy()
    for h in range(len(w_q)):
        for j in range(len(e)):
            query = w_q[h] @ e[j]
            gathered = np.zeros(w_v.shape[1])
            for i in range(len(e) - 1):
                gathered += (w_v[h] @ e[i]) * np.dot(w_k[h] @ e[i], query)
            after[j] += w_o[h] @ gathered
    return after
