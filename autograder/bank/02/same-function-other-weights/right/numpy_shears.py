# route: NumPy, head by head: triangular changes of basis with a different scale for each row
import numpy as np

from icl_course import attention


def other_weights(params, key):
    w_q, w_k, w_v, w_o = (
        np.array(w, dtype=np.float64) for w in (params.w_q, params.w_k, params.w_v, params.w_o)
    )
    for h in range(len(w_k)):
        a = np.diag(np.arange(2.0, 2.0 + w_k.shape[1])) + np.tri(w_k.shape[1], k=-1)
        b = np.diag(np.arange(3.0, 3.0 + w_v.shape[1])) + np.tri(w_v.shape[1], k=-1).T
        w_k[h] = a @ w_k[h]
        w_q[h] = np.linalg.solve(a.T, w_q[h])
        w_v[h] = b @ w_v[h]
        w_o[h] = np.linalg.solve(b.T, w_o[h].T).T
    return attention.AttentionParams(w_q=w_q, w_k=w_k, w_v=w_v, w_o=w_o)
