# misconception: no-logarithm
import math


def sharpness(n_attended, margin, error):
    return (n_attended - 1) * (1 - error) / error / margin
