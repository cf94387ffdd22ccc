# route: the negative head comes first, NumPy
import numpy as np

from icl_course.attention import AttentionParams


def two_head_weights(w_0, learning_rate, temperature):
    w_0 = np.asarray(w_0, dtype=np.float64)
    d_y, d_x = w_0.shape
    x = np.hstack([np.eye(d_x), np.zeros((d_x, d_y))])
    residual = np.hstack([w_0, -np.eye(d_y)])
    write = np.vstack([np.zeros((d_x, d_y)), np.eye(d_y)]) * learning_rate * temperature / 2
    scale = np.sqrt(d_x) / temperature
    return AttentionParams(
        w_q=np.stack([-scale * x, scale * x]),
        w_k=np.stack([x, x]),
        w_v=np.stack([residual, residual]),
        w_o=np.stack([-write, write]),
    )
