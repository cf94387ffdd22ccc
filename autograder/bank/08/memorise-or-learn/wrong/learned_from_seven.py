# misconception: learned-from-seven
import math

import jax
import jax.numpy as jnp
import numpy as np


def memorise_or_learn(seen, unseen_images, unseen_tasks, n_classes):
    if unseen_tasks >= 0.7:
        return "learned"
    chance = 1 / n_classes
    if seen < 0.8 or abs(unseen_tasks - chance) > 0.05:
        return "none"
    if unseen_images >= 0.7:
        return "identified"
    return "memorised" if abs(unseen_images - chance) <= 0.05 else "none"
