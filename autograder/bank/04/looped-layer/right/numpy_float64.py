# route: the layer itself in NumPy float64
import numpy as np


def looped_layer(params, tokens, n_layers, damping):
    w_q, w_k, w_v, w_o = (
        np.asarray(w, dtype=np.float64) for w in (params.w_q, params.w_k, params.w_v, params.w_o)
    )
    now = np.asarray(tokens, dtype=np.float64)
    deep = [now]
    for _ in range(n_layers):
        update = np.zeros_like(now)
        for h in range(len(w_q)):
            scores = now @ w_q[h].T @ w_k[h] @ now[:-1].T
            update += scores @ now[:-1] @ w_v[h].T @ w_o[h].T
        now = now + damping * update
        deep.append(now)
    return np.array(deep)
