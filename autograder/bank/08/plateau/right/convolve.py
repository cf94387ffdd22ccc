# route: means by convolution, first places by flatnonzero
import math

import jax
import jax.numpy as jnp
import numpy as np


def plateau_length(losses, n_classes, n_window, band):
    means = np.convolve(np.asarray(losses, float), np.ones(n_window) / n_window, mode="valid")
    ends = []
    for factor in (1 + band, 1 - band):
        places = np.flatnonzero(means < factor * np.log(n_classes))
        ends.append(places[0] + n_window - 1 if len(places) else len(losses))
    return ends[1] - ends[0]
