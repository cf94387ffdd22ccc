# route: one running sum, kept up to date
import math

import jax
import jax.numpy as jnp
import numpy as np


def plateau_length(losses, n_classes, n_window, band):
    total, begins, ends = 0.0, None, None
    values = [float(loss) for loss in losses]
    for t, loss in enumerate(values):
        total += loss
        if t >= n_window:
            total -= values[t - n_window]
        if t < n_window - 1:
            continue
        if begins is None and total < n_window * (1 + band) * math.log(n_classes):
            begins = t
        if ends is None and total < n_window * (1 - band) * math.log(n_classes):
            ends = t
    begins = len(values) if begins is None else begins
    return (len(values) if ends is None else ends) - begins
