# route: NumPy in float64, the squared Frobenius norm
import numpy as np


def loss(w, xs, ys):
    w, xs, ys = (np.asarray(a, np.float64) for a in (w, xs, ys))
    return 0.5 * np.linalg.norm(ys - xs @ w.T) ** 2 / len(xs)
