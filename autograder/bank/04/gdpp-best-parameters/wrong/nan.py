# misconception: none
import numpy as np


def best_parameters(eigenvalues, n_context, n_layers):
    return np.nan, np.nan
