# misconception: none
import math


def sharpness(n_attended, margin, error):
    return math.log((n_attended - 1) * (n_attended - error) / error) / margin
