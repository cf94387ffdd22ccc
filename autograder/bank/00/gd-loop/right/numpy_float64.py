# route: NumPy float64, the gradient by hand
import numpy as np


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    w, xs, ys = (np.asarray(a, np.float64) for a in (w_0, xs, ys))
    losses = np.zeros(n_steps + 1)
    for k in range(n_steps + 1):
        residuals = xs @ w.T - ys
        losses[k] = (residuals**2).sum() / (2 * len(xs))
        w = w - learning_rate * residuals.T @ xs / len(xs)
    return losses
