# misconception: margin-multiplied
import math


def sharpness(n_attended, margin, error):
    return math.log((n_attended - 1) * (1 - error) / error) * margin
