# misconception: none
import numpy as np


def largest_step(xs):
    xs = np.asarray(xs, np.float64)
    inverse = np.linalg.inv(xs.T @ xs / len(xs))  # right where there is one
    return 2 * np.linalg.eigvalsh(inverse)[0]
