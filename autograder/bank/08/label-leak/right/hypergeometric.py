# route: a sum over how many zeros have come
import math

import jax
import jax.numpy as jnp
import numpy as np


def counting_accuracy(n_each):
    k = n_each
    total = 0.0
    for t in range(2 * k):
        for h in range(max(0, t - k), min(t, k) + 1):
            chance = math.comb(t, h) * math.comb(2 * k - t, k - h) / math.comb(2 * k, k)
            total += chance * max(k - h, k - t + h) / (2 * k - t)
    return total / (2 * k)
