# route: the polynomial of the paper, in NumPy
import numpy as np


def spectrum_map(eigenvalues, gamma, n_layers):
    now = np.asarray(eigenvalues, dtype=np.float64)
    rows = np.empty((n_layers + 1, len(now)))
    rows[0] = now
    for k in range(1, n_layers + 1):
        rows[k] = rows[k - 1] - 2 * gamma * rows[k - 1] ** 2 + gamma**2 * rows[k - 1] ** 3
    return rows
