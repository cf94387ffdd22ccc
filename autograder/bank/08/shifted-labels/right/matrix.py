# route: a matrix with ones below its diagonal moves the rows
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    labels = jax.nn.one_hot(ys, n_classes)
    before = jnp.eye(len(xs), k=-1) @ labels
    return jnp.block([xs, before])
