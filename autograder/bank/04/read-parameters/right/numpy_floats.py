# route: NumPy float64, Python floats come back in a list
import numpy as np


def read_parameters(params, n_context):
    w_q, w_k, w_v, w_o = (
        np.asarray(w, dtype=np.float64)[0] for w in (params.w_q, params.w_k, params.w_v, params.w_o)
    )
    scores, writes = w_k.T @ w_q, w_o @ w_v
    score = float(np.mean([scores[a, a] for a in range(len(scores) - 1)]))
    move = float(np.mean([writes[a, a] for a in range(len(writes) - 1)]))
    return [-float(n_context) * score * float(writes[-1, -1]), -score * move]
