# route: expected number of right guesses by recursion over what is left
import math

import jax
import jax.numpy as jnp
import numpy as np


def counting_accuracy(n_each):
    k = n_each
    known = {(0, 0): 0.0}
    for a in range(k + 1):
        for b in range(k + 1):
            if a + b:
                value = max(a, b) / (a + b)
                if a:
                    value += a / (a + b) * known[a - 1, b]
                if b:
                    value += b / (a + b) * known[a, b - 1]
                known[a, b] = value
    return known[k, k] / (2 * k)
