# route: the Jacobian in NumPy, then loops over pairs
import jax
import numpy as np


def sensitivities(layer, tokens, d_code):
    slopes = np.asarray(jax.jacrev(layer)(tokens), np.float64)
    n = slopes.shape[0]
    own, near, other = [], [], []
    for j in range(n):
        for i in range(n - 1):
            size = np.linalg.norm(slopes[j, d_code:, i, d_code:])
            (own if i == j else near if i == j + 1 else other).append(size)
    return np.array([np.mean(own), np.mean(near), np.mean(other)])
