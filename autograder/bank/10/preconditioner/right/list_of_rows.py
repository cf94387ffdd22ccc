# route: NumPy loops over axes, rows as a list
import numpy as np


def best_preconditioner(covariance, n_context):
    values, vectors = np.linalg.eigh(np.asarray(covariance, np.float64))
    total = np.zeros((len(values), len(values)))
    for value, axis in zip(values, vectors.T):
        total += n_context / ((n_context + 1) * value + values.sum()) * np.outer(axis, axis)
    return total.tolist()
