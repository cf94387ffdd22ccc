# route: jnp, with where for what is not there
import math

import jax
import jax.numpy as jnp
import numpy as np


def plateau_length(losses, n_classes, n_window, band):
    n_steps = losses.shape[0]
    index = jnp.arange(n_steps)
    table = (index[None] <= index[:, None]) & (index[None] > index[:, None] - n_window)
    means = jnp.where(table, losses[None], 0.0).sum(axis=1) / n_window
    is_mean = index >= n_window - 1
    firsts = [
        jnp.min(jnp.where(is_mean & (means < (1 + side * band) * jnp.log(n_classes)), index, n_steps))
        for side in (1, -1)
    ]
    return int(firsts[1] - firsts[0])
