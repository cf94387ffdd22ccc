# misconception: none
import numpy as np


def risk_from_spectrum(eigenvalues, learning_rates, n_context, variance):
    factors = np.ones(np.shape(eigenvalues))
    for rate in learning_rates:
        factors = factors * (1 - rate * np.asarray(eigenvalues) / n_context)
    return round(float(variance / 2 * np.mean(np.sum(factors**2, axis=1))), 1)
