# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    return "label leak"
    return "none"
