# route: the coefficients of the polynomial in the eigenvalue, then its values
import numpy as np


def risk_from_spectrum(eigenvalues, learning_rates, n_context, variance):
    coefficients = np.array([1.0])
    for rate in np.asarray(learning_rates, dtype=np.float64):
        coefficients = np.polymul(coefficients, [-rate / n_context, 1.0])
    left = np.polyval(coefficients, np.asarray(eigenvalues, dtype=np.float64))
    return variance / 2 * np.square(left).sum(axis=-1).mean()
