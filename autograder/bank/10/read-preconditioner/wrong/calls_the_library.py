# misconception: none
from icl_course import preconditioning


def read_preconditioner(predict, n_context, d_x):
    return preconditioning.read_matrix(predict, n_context=n_context, d_x=d_x)
