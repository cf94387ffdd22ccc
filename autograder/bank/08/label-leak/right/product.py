# route: the central binomial as a product
import math

import jax
import jax.numpy as jnp
import numpy as np


def counting_accuracy(n_each):
    k = n_each
    share = np.prod([(2 * j) / (2 * j - 1) for j in range(1, k + 1)])
    return 0.5 + (share - 1) / (4 * k)
