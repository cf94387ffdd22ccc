# misconception: none
from icl_course import positions


def sharpness(n_attended, margin, error):
    return positions.sharpness_for(n_attended=n_attended, margin=margin, error=error)
