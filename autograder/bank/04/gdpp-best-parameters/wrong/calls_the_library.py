# misconception: none
from icl_course import gd_plus_plus


def best_parameters(eigenvalues, n_context, n_layers):
    return gd_plus_plus.best_parameters(eigenvalues, n_steps=n_layers, n_context=n_context)
