# route: bisection on the largest factor |1 - eta lambda|
import numpy as np


def largest_step(xs):
    eigenvalues = np.linalg.eigvalsh(np.asarray(xs, np.float64).T @ np.asarray(xs, np.float64))
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        if np.abs(1 - middle * eigenvalues / len(xs)).max() > 1 + 1e-9:
            high = middle
        else:
            low = middle
    return low
