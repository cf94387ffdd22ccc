# misconception: none
import math


def sharpness(n_attended, margin, error):
    return math.log((n_attended - 2) * (1 - error) / error) / margin
