# route: the step size from the library, the loss by hand
from icl_course import theory


def best_one_step_loss(input_range, n_context, d_x):
    moments = theory.uniform_moments(input_range=input_range)
    eta = theory.best_step_size(moments, n_context=n_context, d_x=d_x)
    return moments.variance / 2 * d_x * (1 - eta * moments.variance)
