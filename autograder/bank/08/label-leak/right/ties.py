# route: k right guesses and half of the ties
import math

import jax
import jax.numpy as jnp
import numpy as np


def counting_accuracy(n_each):
    k = n_each
    ties = sum(math.comb(2 * j, j) * math.comb(2 * (k - j), k - j) for j in range(k))
    return (k + ties / math.comb(2 * k, k) / 2) / (2 * k)
