# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def counting_accuracy(n_each):
    k = n_each
    share = math.sqrt(math.pi * k)
    return 0.5 + (share - 1) / (4 * k)
