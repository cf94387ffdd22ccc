# misconception: inputs-shifted
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    labels = jax.nn.one_hot(ys, n_classes)
    before = labels
    return jnp.concatenate([jnp.concatenate([jnp.zeros_like(xs[:1]), xs[:-1]]), before], axis=1)
