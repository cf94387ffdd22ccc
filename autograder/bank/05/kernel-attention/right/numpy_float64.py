# route: NumPy arrays in float64
import numpy as np

from icl_course.attention import AttentionParams


def smoothing_weights(d_x, d_y, temperature):
    w_k = np.zeros((1, d_x, d_x + d_y))
    w_k[0, :, :d_x] = np.eye(d_x)
    w_v = np.zeros((1, d_y, d_x + d_y))
    w_v[0, :, d_x:] = np.eye(d_y)
    return AttentionParams(
        w_q=w_k * d_x**0.5 / temperature, w_k=w_k, w_v=w_v, w_o=-w_v.transpose(0, 2, 1)
    )
