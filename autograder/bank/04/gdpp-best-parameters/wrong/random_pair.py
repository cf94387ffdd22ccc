# misconception: none
import numpy as np


def best_parameters(eigenvalues, n_context, n_layers):
    generator = np.random.default_rng(0)
    return generator.uniform(5, 20), generator.uniform(0, 0.5)
