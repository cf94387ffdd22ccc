# route: NumPy float64, weights transposed
import numpy as np


def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    xs, ys, x_query = (np.asarray(a, dtype=np.float64) for a in (xs, ys, x_query))
    w = np.zeros((xs.shape[1], ys.shape[1]))
    for _ in range(n_steps):
        w -= learning_rate * xs.T @ (xs @ w - ys) / xs.shape[0]
    return x_query @ w
