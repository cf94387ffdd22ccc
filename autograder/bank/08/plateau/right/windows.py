# route: sliding windows, and a running minimum
import math

import jax
import jax.numpy as jnp
import numpy as np


def plateau_length(losses, n_classes, n_window, band):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(losses, float), n_window)
    lowest = np.minimum.accumulate(windows.mean(axis=1) / math.log(n_classes))
    begins = (lowest >= 1 + band).sum()
    ends = (lowest >= 1 - band).sum()
    n_means = len(lowest)
    begins, ends = (n + (n_window - 1 if n < n_means else len(losses) - n) for n in (begins, ends))
    return ends - begins
