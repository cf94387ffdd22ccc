# route: NumPy float64, a list of two floats
import numpy as np


def best_noisy_step(eigenvalues, n_context, label_noise):
    v = np.asarray(eigenvalues, np.float64)
    c = ((n_context + 1) * np.sum(v**3) + (v.sum() + label_noise**2) * np.sum(v**2)) / n_context
    eta = np.sum(v**2) / c
    return [float(eta), float(0.5 * (v.sum() - np.sum(v**2) ** 2 / c))]
