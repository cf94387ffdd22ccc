# route: for every gamma the best rate by bounded search, a list comes back
import numpy as np
import scipy.optimize


def best_parameters(eigenvalues, n_context, n_layers):
    spectra = np.asarray(eigenvalues, dtype=np.float64)

    def loss(rate, gamma):
        now, left = spectra, 1.0
        for _ in range(n_layers):
            left = left * (1 - rate / n_context * now)
            now = now * (1 - gamma * now) ** 2
        return np.mean(left**2)

    one_step = n_context * spectra.sum() / (spectra**2).sum()

    def inner(gamma):
        rates = np.linspace(0.3, 6, 60) * one_step
        at = rates[int(np.argmin([loss(rate, gamma) for rate in rates]))]
        found = scipy.optimize.minimize_scalar(
            lambda rate: loss(rate, gamma), bounds=(0.8 * at, 1.2 * at), method="bounded"
        )
        return found.fun, found.x

    gammas = np.linspace(0, 1, 41) / spectra.max(axis=1).mean()
    best = int(np.argmin([inner(gamma)[0] for gamma in gammas]))
    around = np.linspace(gammas[max(best - 1, 0)], gammas[min(best + 1, 40)], 21)
    gamma = min(around, key=lambda g: inner(g)[0])
    return [float(inner(gamma)[1]), float(gamma)]
