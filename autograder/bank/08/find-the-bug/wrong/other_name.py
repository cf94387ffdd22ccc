# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    if jnp.all((images == 0) | (images == 1)):
        return "black images"
    counts = jax.nn.one_hot(ys, n_classes).sum(axis=1)
    if jnp.all(counts == counts[0, 0]):
        return "leak"
    return "none"
