# misconception: none
import math

import numpy as np


def plateau_length(losses, n_classes, n_window, band):
    losses, level, n_steps = np.asarray(losses), math.log(n_classes), len(losses)
    means = np.array([losses[max(0, t - n_window + 1) : t + 1].mean() for t in range(n_steps)])

    def first_below(bound):
        return int(np.argmax(means < bound)) if (means < bound).any() else n_steps

    return first_below((1 - band) * level) - first_below((1 + band) * level)
