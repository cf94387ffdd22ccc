# route: a loop of outer products in NumPy float64
import numpy as np


def hand_gradient(w, xs, ys):
    w, xs, ys = (np.asarray(a, np.float64) for a in (w, xs, ys))
    total = np.zeros_like(w)
    for x, y in zip(xs, ys, strict=True):
        total += np.outer(w @ x - y, x)
    return total / len(xs)
