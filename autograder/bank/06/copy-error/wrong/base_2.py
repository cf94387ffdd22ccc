# misconception: base-2
import math


def sharpness(n_attended, margin, error):
    return math.log2((n_attended - 1) * (1 - error) / error) / margin
