# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    before = jnp.concatenate([jnp.zeros(1), ys[:-1]])
    return jnp.concatenate([xs, before[:, None]], axis=1)
