# route: NumPy float64, entry by entry in loops
import numpy as np

from icl_course import attention


def gd_weights(n_context, d_x, learning_rate):
    d_token = d_x + 1
    w_q = np.zeros((1, d_token, d_token))
    w_k = np.zeros((1, d_token, d_token))
    w_v = np.zeros((1, d_token, d_token))
    w_o = np.zeros((1, d_token, d_token))
    for b in range(d_x):
        w_q[0, b, b] = 1.0
        w_k[0, b, b] = 1.0
    w_v[0, d_x, d_x] = -1.0
    w_o[0, d_x, d_x] = learning_rate / n_context
    return attention.AttentionParams(w_q=w_q, w_k=w_k, w_v=w_v, w_o=w_o)
