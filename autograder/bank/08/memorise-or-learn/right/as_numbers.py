# route: conditions as numbers, the largest wins
import math

import jax
import jax.numpy as jnp
import numpy as np


def memorise_or_learn(seen, unseen_images, unseen_tasks, n_classes):
    off = np.abs(np.array([unseen_images, unseen_tasks]) * n_classes - 1) <= 0.05 * n_classes
    base = (seen >= 0.8) & off[1]
    flags = [True, base & off[0], base & (unseen_images >= 0.7), unseen_tasks >= 0.8]
    names = ["none", "memorised", "identified", "learned"]
    return names[max(i for i, flag in enumerate(flags) if flag)]
