# route: logarithms of eigenvalues, which turn the map into a sum
import numpy as np


def spectrum_map(eigenvalues, gamma, n_layers):
    with np.errstate(divide="ignore"):
        logs = np.log(np.asarray(eigenvalues, float))
        deep = [np.exp(logs)]
        for _ in range(n_layers):
            logs = logs + 2 * np.log(np.abs(1 - gamma * np.exp(logs)))
            deep.append(np.exp(logs))
    return np.array(deep)
