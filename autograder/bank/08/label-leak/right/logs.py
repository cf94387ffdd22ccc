# route: the closed form by logarithms of factorials
import math

import jax
import jax.numpy as jnp
import numpy as np


def counting_accuracy(n_each):
    k = n_each
    log_share = 2 * k * math.log(2) - math.lgamma(2 * k + 1) + 2 * math.lgamma(k + 1)
    return 0.5 + math.expm1(log_share) / (4 * k)
