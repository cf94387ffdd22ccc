# route: a coarse grid in NumPy, then SciPy's simplex
import itertools

import numpy as np
import scipy.optimize

from icl_course import gd_plus_plus


def best_parameters(eigenvalues, n_context, n_layers):
    spectra = np.asarray(eigenvalues, dtype=np.float64)

    def mean_loss(pair):
        factors = gd_plus_plus.error_factors(
            spectra,
            learning_rates=[pair[0]] * n_layers,
            gammas=[pair[1]] * n_layers,
            n_context=n_context,
        )
        return np.mean(factors**2)

    one_step = n_context * spectra.sum() / (spectra**2).sum()
    rates = one_step * np.linspace(0.5, 6, 30)
    gammas = np.linspace(0, 1, 40) / spectra.max(axis=1).mean()
    start = min(itertools.product(rates, gammas), key=mean_loss)
    found = scipy.optimize.minimize(mean_loss, start, method="Nelder-Mead")
    return found.x[0], found.x[1]
