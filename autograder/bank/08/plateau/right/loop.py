# route: step by step
import math

import jax
import jax.numpy as jnp
import numpy as np


def plateau_length(losses, n_classes, n_window, band):
    values, n_steps = np.asarray(losses, float), len(losses)
    found = {1: n_steps, -1: n_steps}
    for side in found:
        for t in range(n_window - 1, n_steps):
            mean = values[t - n_window + 1 : t + 1].mean()
            if mean < (1 + side * band) * math.log(n_classes):
                found[side] = t
                break
    return found[-1] - found[1]
