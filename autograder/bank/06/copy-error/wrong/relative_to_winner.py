# misconception: neighbours-share-forgotten
import math


def sharpness(n_attended, margin, error):
    return math.log((n_attended - 1) / error) / margin
