# misconception: one-other
import math


def sharpness(n_attended, margin, error):
    return math.log((1 - error) / error) / margin
