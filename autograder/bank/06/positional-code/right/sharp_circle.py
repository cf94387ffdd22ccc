# route: a circle in NumPy float64, far sharper than asked for
import numpy as np


def positional_code(n_tokens):
    z = np.exp(2j * np.pi * np.arange(n_tokens) / n_tokens)
    turn = np.exp(2j * np.pi / n_tokens)
    code = np.stack([z.real, z.imag], axis=-1)
    matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return code, 1000 * n_tokens**2 * matrix
