# route: as the solution, in another order of questions
import math

import jax
import jax.numpy as jnp
import numpy as np


def memorise_or_learn(seen, unseen_images, unseen_tasks, n_classes):
    learned = not unseen_tasks < 0.8
    if learned:
        return "learned"
    if not (seen >= 0.8 and math.fabs(unseen_tasks - n_classes**-1) <= 0.05):
        return "none"
    guess = math.fabs(unseen_images - n_classes**-1) <= 0.05
    return "identified" if unseen_images >= 0.7 else ("memorised" if guess else "none")
