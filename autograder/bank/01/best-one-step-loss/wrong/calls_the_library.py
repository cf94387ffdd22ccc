# misconception: none
from icl_course import theory


def best_one_step_loss(input_range, n_context, d_x):
    moments = theory.uniform_moments(input_range=input_range)
    return theory.best_one_step_loss(moments, n_context=n_context, d_x=d_x)
