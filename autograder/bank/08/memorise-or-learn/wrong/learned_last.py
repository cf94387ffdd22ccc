# misconception: learned-last
import math

import jax
import jax.numpy as jnp
import numpy as np


def memorise_or_learn(seen, unseen_images, unseen_tasks, n_classes):
    chance = 1 / n_classes
    if seen >= 0.8 and unseen_images >= 0.7:
        return "identified"
    if seen >= 0.8 and abs(unseen_images - chance) <= 0.05:
        return "memorised"
    return "learned" if unseen_tasks >= 0.8 else "none"
