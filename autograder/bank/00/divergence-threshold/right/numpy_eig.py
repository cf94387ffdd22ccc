# route: NumPy's general eigenvalues in float64, as a Python float
import numpy as np


def largest_step(xs):
    xs = np.asarray(xs, np.float64)
    return float(2 / np.linalg.eigvals(xs.T @ xs / len(xs)).real.max())
