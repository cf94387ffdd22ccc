# route: one less the share of errors
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    wrong = jnp.argsort(logits, axis=2)[..., -1] != ys
    return 1 - jnp.count_nonzero(wrong, axis=0) / ys.shape[0]
