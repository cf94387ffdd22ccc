# route: nested conditions
import math

import jax
import jax.numpy as jnp
import numpy as np


def memorise_or_learn(seen, unseen_images, unseen_tasks, n_classes):
    def is_guess(accuracy):
        return -0.05 <= accuracy - 1 / n_classes <= 0.05

    name = "none"
    if seen >= 0.8 and is_guess(unseen_tasks):
        if is_guess(unseen_images):
            name = "memorised"
        if unseen_images >= 0.7:
            name = "identified"
    if unseen_tasks >= 0.8:
        name = "learned"
    return name
