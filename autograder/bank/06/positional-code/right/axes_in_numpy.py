# route: one axis for each place, integers in NumPy
import numpy as np


def positional_code(n_tokens):
    matrix = np.zeros((n_tokens, n_tokens), dtype=int)
    for j in range(n_tokens):
        matrix[(j + 1) % n_tokens, j] = 3
    return np.eye(n_tokens), matrix
