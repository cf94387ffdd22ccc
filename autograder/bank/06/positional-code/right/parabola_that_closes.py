# route: -(i - next place)² is linear in (1, i, i²), and a fourth slot marks the last place
import numpy as np


def positional_code(n_tokens):
    i = np.arange(1.0, n_tokens + 1)
    code = np.stack([np.ones(n_tokens), i, i**2, i == n_tokens], axis=1)
    matrix = np.zeros((4, 4))
    matrix[1] = [2, 2, 0, -2 * n_tokens]
    matrix[2, 0] = -1
    return code, matrix
