# misconception: end-step
import math

import jax
import jax.numpy as jnp
import numpy as np


def plateau_length(losses, n_classes, n_window, band):
    values, n_steps = np.asarray(losses, float), len(losses)
    sums = np.cumsum(np.concatenate([[0.0], values]))
    means = (sums[n_window:] - sums[:-n_window]) / n_window
    level = math.log(n_classes)

    def first_below(bound):
        is_below = means < bound
        return int(is_below.argmax()) + n_window - 1 if is_below.any() else n_steps

    begins, ends = first_below((1 + band) * level), first_below((1 - band) * level)
    return n_steps - begins
