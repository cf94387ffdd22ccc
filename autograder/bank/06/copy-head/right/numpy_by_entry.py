# route: NumPy float64, entry by entry, with more key rows than needed
import numpy as np

from icl_course import attention


def copy_head(matrix, d_x, d_y, sharpness):
    matrix = np.asarray(matrix, np.float64)
    d_code = matrix.shape[0]
    d_token, d_key = d_code + d_x + d_y, d_code + 3
    w_q, w_k = np.zeros((1, d_key, d_token)), np.zeros((1, d_key, d_token))
    w_v, w_o = np.zeros((1, d_y, d_token)), np.zeros((1, d_token, d_y))
    for a in range(d_code):
        w_k[0, a, a] = 1.0
        for b in range(d_code):
            w_q[0, a, b] = sharpness * matrix[a, b] * d_key**0.5
    for out in range(d_y):
        w_v[0, out, d_code + d_x + out] = -2.0
        w_o[0, d_code + d_x + out, out] = -0.5
    return attention.AttentionParams(w_q=w_q, w_k=w_k, w_v=w_v, w_o=w_o)
