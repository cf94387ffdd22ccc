# misconception: base-10
import math


def sharpness(n_attended, margin, error):
    return math.log10((n_attended - 1) * (1 - error) / error) / margin
