# misconception: none
import math


def sharpness(n_attended, margin, error):
    return 100.0 / margin
