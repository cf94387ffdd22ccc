# route: loops over examples, outputs and inputs in NumPy float64
import numpy as np


def target_shift(xs, ys, w_0, learning_rate):
    xs, ys, w_0 = (np.asarray(a, dtype=np.float64) for a in (xs, ys, w_0))
    n_context, d_x = xs.shape
    d_y = ys.shape[1]
    delta_w = np.zeros((d_y, d_x))
    for i in range(n_context):
        for a in range(d_y):
            residual = -ys[i, a]
            for b in range(d_x):
                residual += w_0[a, b] * xs[i, b]
            for b in range(d_x):
                delta_w[a, b] -= learning_rate * residual * xs[i, b] / n_context
    shifted = np.empty_like(ys)
    for j in range(n_context):
        for a in range(d_y):
            shifted[j, a] = ys[j, a] - sum(delta_w[a, b] * xs[j, b] for b in range(d_x))
    return shifted
