# misconception: all-before
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    labels = jax.nn.one_hot(ys, n_classes)
    before = jnp.cumsum(jnp.concatenate([jnp.zeros((1, n_classes)), labels[:-1]]), axis=0)
    return jnp.concatenate([xs, before], axis=1)
