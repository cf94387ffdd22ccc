# misconception: none
import numpy as np


def best_parameters(eigenvalues, n_context, n_layers):
    spectra = np.asarray(eigenvalues, dtype=np.float64)
    one_step = n_context * spectra.sum() / (spectra**2).sum()
    top = spectra.max(axis=1).mean()
    low, high = np.array([0.2 * one_step, 0.0]), np.array([6 * one_step, 1 / top])
    for _ in range(8):
        rates, gammas = np.meshgrid(*np.linspace(low, high, 25).T)
        rates, gammas = rates.reshape(-1, 1, 1), gammas.reshape(-1, 1, 1)
        now, left = spectra[None], 1.0
        for _ in range(n_layers):
            left = left * (1 - rates / n_context * now)
            now = now * (1 - gammas * now) ** 2
        k = int(np.argmin((left**2).sum(axis=2).max(axis=1)))
        best = np.array([rates.ravel()[k], gammas.ravel()[k]])
        reach = (high - low) / 8
        low, high = np.maximum(best - reach, 0), best + reach
    return best[0], best[1]
