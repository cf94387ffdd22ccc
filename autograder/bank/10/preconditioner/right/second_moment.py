# route: E S^2 by Wick, then the normal equation
import numpy as np


def best_preconditioner(covariance, n_context):
    n, c = n_context, np.asarray(covariance, np.float64)
    same = np.einsum("ac,cb->ab", c, c) * 2 + np.trace(c) * c
    square = (n * same + n * (n - 1) * c @ c) / n**2
    return np.linalg.solve(square, c)
