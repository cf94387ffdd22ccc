# misconception: first-even
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    labels = jax.nn.one_hot(ys, n_classes)
    before = jnp.concatenate([jnp.full((1, n_classes), 1 / n_classes), labels[:-1]])
    return jnp.concatenate([xs, before], axis=1)
