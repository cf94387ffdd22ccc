# misconception: none
from icl_course import theory


def best_step_size(input_range, n_context, d_x):
    moments = theory.uniform_moments(input_range=input_range)
    return theory.best_step_size(moments, n_context=n_context, d_x=d_x)
