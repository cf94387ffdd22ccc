# route: a matrix of what is right, shifted by padding, in NumPy
import numpy as np


def prefix_matching(pattern, symbols):
    pattern, symbols = np.asarray(pattern, np.float64), np.asarray(symbols)
    n = len(symbols)
    before = np.concatenate([[-1], symbols[:-1]])
    right = (before[None, :] == symbols[:, None]) & np.tri(n, dtype=bool)
    right[:, 0] = False
    asked = right.any(axis=1)
    return (pattern * right)[asked].sum(axis=1).mean()
