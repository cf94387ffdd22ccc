# misconception: several-at-once
import math


def sharpness(n_attended, margin, error):
    return math.log(n_attended / error) / margin
