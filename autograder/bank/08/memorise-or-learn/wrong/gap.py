# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def memorise_or_learn(seen, unseen_images, unseen_tasks, n_classes):
    if unseen_tasks >= 0.8:
        return "learned"
    return "memorised" if seen - unseen_images > 0.2 else "identified"
