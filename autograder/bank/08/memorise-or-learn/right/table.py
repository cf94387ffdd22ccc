# route: a table of conditions, the first that holds
import math

import jax
import jax.numpy as jnp
import numpy as np


def memorise_or_learn(seen, unseen_images, unseen_tasks, n_classes):
    low, high = 1 / n_classes - 0.05, 1 / n_classes + 0.05
    knows, guesses = seen >= 0.8, low <= unseen_tasks <= high
    names = {
        "learned": unseen_tasks >= 0.8,
        "identified": knows and guesses and unseen_images >= 0.7,
        "memorised": knows and guesses and low <= unseen_images <= high,
    }
    return next((name for name, holds in names.items() if holds), "none")
