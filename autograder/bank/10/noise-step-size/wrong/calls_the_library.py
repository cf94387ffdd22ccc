# misconception: none
from icl_course import preconditioning


def best_noisy_step(eigenvalues, n_context, label_noise):
    return preconditioning.best_step(eigenvalues, n_context=n_context, label_noise=label_noise)
