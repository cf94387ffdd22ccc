# route: isclose with an absolute tolerance
import math

import jax
import jax.numpy as jnp
import numpy as np


def memorise_or_learn(seen, unseen_images, unseen_tasks, n_classes):
    guess = [bool(jnp.isclose(a, 1 / n_classes, rtol=0, atol=0.05)) for a in (unseen_images, unseen_tasks)]
    match (unseen_tasks >= 0.8, seen >= 0.8 and guess[1], unseen_images >= 0.7, guess[0]):
        case (True, _, _, _):
            return "learned"
        case (_, True, True, _):
            return "identified"
        case (_, True, _, True):
            return "memorised"
    return "none"
