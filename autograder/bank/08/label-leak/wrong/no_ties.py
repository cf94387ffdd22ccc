# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def counting_accuracy(n_each):
    k = n_each
    share = 4**k / math.comb(2 * k, k)
    return 0.5 + share / (4 * k)
