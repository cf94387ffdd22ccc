# misconception: own-label
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    labels = jax.nn.one_hot(ys, n_classes)
    before = labels
    return jnp.concatenate([xs, before], axis=1)
