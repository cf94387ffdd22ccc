# route: from the weight of the one token
import math


def sharpness(n_attended, margin, error):
    return math.log((n_attended - 1) / (1 / (1 - error) - 1)) / margin
