# route: filter factors of the singular values, in NumPy float64
import numpy as np


def ridge_predict(xs, ys, x_query, label_noise):
    xs, ys, x_query = (np.asarray(a, np.float64) for a in (xs, ys, x_query))
    left, values, right = np.linalg.svd(xs, full_matrices=False)
    kept = values / (values**2 + label_noise**2)
    return x_query @ right.T @ (kept[:, None] * (left.T @ ys))
