# misconception: next-label
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    labels = jax.nn.one_hot(ys, n_classes)
    before = jnp.concatenate([labels[1:], jnp.zeros((1, n_classes))])
    return jnp.concatenate([xs, before], axis=1)
