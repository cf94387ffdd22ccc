# route: for a = 1, then scaled
import numpy as np


def best_step_size(input_range, n_context, d_x):
    terms = np.array([1 / 5, (d_x - 1) / 9, (n_context - 1) / 9])
    return n_context / 3 / terms.sum() / input_range**2
