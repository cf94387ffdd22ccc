# route: NumPy float64, a list of two, the sign in the keys
import numpy as np

from icl_course import attention


def two_layer_weights(matrix, n_context, d_x, d_y, learning_rate):
    d_code = len(matrix)
    d_token = d_code + d_x + d_y
    on_code, on_x, on_y = np.zeros((3, 1, d_token, d_token))
    for slot in range(d_token):
        kind = on_code if slot < d_code else on_x if slot < d_code + d_x else on_y
        kind[0, slot, slot] = 1.0
    moved = np.zeros((1, d_token, d_token))
    moved[0, :d_code, :d_code] = 200.0 * np.asarray(matrix, np.float64)
    copy = attention.AttentionParams(w_q=moved, w_k=on_code, w_v=on_y, w_o=on_y)
    step = attention.AttentionParams(
        w_q=on_x, w_k=-learning_rate * on_x, w_v=on_y / n_context, w_o=on_y
    )
    return [copy, step]
