# misconception: none
from icl_course import preconditioning


def best_preconditioner(covariance, n_context):
    return preconditioning.best_preconditioner(covariance, n_context=n_context)
