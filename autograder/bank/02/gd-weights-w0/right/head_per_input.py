# route: d_x heads with one key entry and one value entry each, in NumPy
import numpy as np

from icl_course import attention


def gd_weights_w0(n_context, w_0, learning_rate):
    d_x = w_0.shape[1]
    residual = np.append(np.asarray(w_0, dtype=np.float64)[0], -1.0)
    w_k = np.zeros((d_x, 1, d_x + 1))
    w_v = np.zeros((d_x, 1, d_x + 1))
    w_o = np.zeros((d_x, d_x + 1, 1))
    for b in range(d_x):
        w_k[b, 0, b] = 1.0
        w_v[b, 0] = residual
        w_o[b, d_x, 0] = learning_rate / n_context
    return attention.AttentionParams(w_q=w_k, w_k=w_k, w_v=w_v, w_o=w_o)
