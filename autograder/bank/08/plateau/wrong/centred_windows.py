# misconception: none
import math

import numpy as np


def plateau_length(losses, n_classes, n_window, band):
    means = np.convolve(losses, np.ones(n_window) / n_window, "same")
    level, n_steps = math.log(n_classes), len(losses)

    def first_below(bound):
        return int(np.argmax(means < bound)) if (means < bound).any() else n_steps

    return first_below((1 - band) * level) - first_below((1 + band) * level)
