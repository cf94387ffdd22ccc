# route: the label before the first is -1, which is no class
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    before = jnp.roll(ys, 1).at[0].set(-1)
    return jnp.hstack([xs, jax.nn.one_hot(before, n_classes)])
