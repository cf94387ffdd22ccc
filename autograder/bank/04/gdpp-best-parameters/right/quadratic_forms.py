# route: two numbers from a fine grid in log-rates, float64
import numpy as np


def best_parameters(eigenvalues, n_context, n_layers):
    spectra = np.asarray(eigenvalues, dtype=np.float64).ravel()
    one_step = n_context * spectra.sum() / (spectra**2).sum()
    top = np.asarray(eigenvalues).max(axis=1).mean()
    best, at = np.inf, None
    spans = [(np.geomspace(0.5, 6, 60) * one_step, np.linspace(0, 1, 80) / top)]
    for zoom in range(3):
        rates, gammas = spans[-1]
        for gamma in gammas:
            now, left = spectra, np.ones((len(rates), len(spectra)))
            for _ in range(n_layers):
                left *= 1 - np.outer(rates, now) / n_context
                now = now * (1 - gamma * now) ** 2
            losses = (left**2).mean(axis=1)
            k = int(losses.argmin())
            if losses[k] < best:
                best, at = losses[k], (rates[k], gamma)
        near = 0.1 / 4**zoom
        spans.append(
            (
                at[0] * np.linspace(1 - near, 1 + near, 25),
                at[1] + np.linspace(-1, 1, 25) * near * 0.3 / top,
            )
        )
    return at
