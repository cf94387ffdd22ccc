# misconception: none
import numpy as np


def risk_from_spectrum(eigenvalues, learning_rates, n_context, variance):
    spectra = np.asarray(eigenvalues, float)
    factors = np.ones_like(spectra)
    for rate in np.asarray(learning_rates, float):
        factors = factors * (1 - rate * spectra / n_context)
    return variance / 2 * np.mean(np.sum(np.clip(factors, -1, 1) ** 2, axis=1))
