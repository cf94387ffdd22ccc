# route: the second layer's scores see y slots too: the query's are empty
import numpy as np

from icl_course import copying
from icl_course.attention import AttentionParams


def two_layer_weights(matrix, n_context, d_x, d_y, learning_rate):
    d_code = len(matrix)
    data = np.eye(d_code + d_x + d_y)[d_code:]
    values = data[d_x:]
    step = AttentionParams(
        w_q=data[None],
        w_k=data[None],
        w_v=values[None],
        w_o=-learning_rate / n_context * values.T[None],
    )
    return copying.copying_head(matrix, d_x=d_x, d_y=d_y, sharpness=20.0), step
