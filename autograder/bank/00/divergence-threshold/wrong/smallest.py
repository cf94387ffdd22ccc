# misconception: smallest
import numpy as np


def largest_step(xs):
    xs = np.asarray(xs, np.float64)
    return 2 / np.linalg.eigvalsh(xs.T @ xs / len(xs))[0]
