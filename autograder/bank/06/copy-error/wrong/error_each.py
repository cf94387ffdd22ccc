# misconception: error-each
import math


def sharpness(n_attended, margin, error):
    return math.log((1 - (n_attended - 1) * error) / error) / margin
