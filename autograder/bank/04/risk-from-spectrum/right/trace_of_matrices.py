# route: diagonal matrices and a trace
import numpy as np


def risk_from_spectrum(eigenvalues, learning_rates, n_context, variance):
    losses = []
    for row in np.asarray(eigenvalues, dtype=np.float64):
        left = np.eye(len(row))
        for rate in np.asarray(learning_rates, dtype=np.float64):
            left = left @ (np.eye(len(row)) - rate / n_context * np.diag(row))
        losses.append(variance / 2 * np.trace(left @ left.T))
    return np.mean(losses)
