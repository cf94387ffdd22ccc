# route: a Kalman filter in NumPy
import numpy as np


def forecast(xs, ys, x_query, persistence, label_noise):
    xs, ys, x_query = np.asarray(xs), np.asarray(ys), np.asarray(x_query)
    mean, spread = np.zeros(len(x_query)), np.eye(len(x_query))
    for x, y in zip(xs, ys[:, 0]):
        gain = spread @ x / (x @ spread @ x + label_noise**2)
        mean = mean + gain * (y - x @ mean)
        spread = spread - np.outer(gain, x @ spread)
        mean, spread = persistence * mean, persistence**2 * spread + (1 - persistence**2) * np.eye(len(x))
    return np.array([mean @ x_query])
