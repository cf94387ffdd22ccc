# route: NumPy float64, largest exponent taken off
import numpy as np


def discrete_bayes(xs, ys, x_query, teachers, label_noise):
    xs, ys, teachers = (np.asarray(a, np.float64) for a in (xs, ys, teachers))
    gaps = ys[:, 0] - teachers @ xs.T
    exponents = -np.sum(gaps**2, axis=1) / (2 * label_noise**2)
    weights = np.exp(exponents - exponents.max())
    return [float(weights @ (teachers @ np.asarray(x_query)) / weights.sum())]
