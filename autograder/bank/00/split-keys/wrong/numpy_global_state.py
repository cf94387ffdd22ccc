# misconception: hidden-state
import numpy as np


def noisy_task(key, n_context, d_x, noise_scale):
    w = np.random.normal(size=(1, d_x))
    xs = np.random.uniform(-0.5, 0.5, (n_context, d_x))
    return w, xs, xs @ w.T + noise_scale * np.random.normal(size=(n_context, 1))
