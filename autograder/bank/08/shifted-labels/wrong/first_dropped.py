# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    return jnp.concatenate([xs[1:], jax.nn.one_hot(ys[:-1], n_classes)], axis=1)
