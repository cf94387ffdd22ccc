# misconception: sign
import math


def sharpness(n_attended, margin, error):
    return math.log(error / ((n_attended - 1) * (1 - error))) / margin
