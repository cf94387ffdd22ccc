# misconception: first-is-class-zero
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    labels = jax.nn.one_hot(ys, n_classes)
    before = jax.nn.one_hot(jnp.concatenate([jnp.array([0]), ys[:-1]]), n_classes)
    return jnp.concatenate([xs, before], axis=1)
