# route: NumPy float64, a loop over heads and examples
import numpy as np


def layer_sensitivity(params, xs, ys):
    xs, ys = np.asarray(xs, float), np.asarray(ys, float)
    d_x = xs.shape[1]
    found = np.zeros((ys.shape[1], d_x))
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        w_q, w_k, w_v, w_o = (np.asarray(w, float) for w in (w_q, w_k, w_v, w_o))
        for x, y in zip(xs, ys, strict=True):
            token = np.append(x, y)
            found -= np.outer((w_o @ w_v @ token)[d_x:], ((w_k @ token) @ w_q)[:d_x])
    return found
