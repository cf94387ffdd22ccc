# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def plateau_length(losses, n_classes, n_window, band):
    values, n_steps = np.asarray(losses, float), len(losses)
    means = np.array([np.median(values[t : t + n_window]) for t in range(n_steps - n_window + 1)])
    level = math.log(n_classes)

    def first_below(bound):
        is_below = means < bound
        return int(is_below.argmax()) + n_window - 1 if is_below.any() else n_steps

    begins, ends = first_below((1 + band) * level), first_below((1 - band) * level)
    return ends - begins
