# misconception: none
from icl_course import sines


def sample_sine(key, n_context):
    return sines.sample_sine(key, n_context=n_context)
