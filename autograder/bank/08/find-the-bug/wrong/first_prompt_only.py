# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    if jnp.all((images == 0) | (images == 1)):
        return "black images"
    own = images[:, :, : xs.shape[2]]
    factors = (xs * own).sum(axis=1) / jnp.maximum((own**2).sum(axis=1), 1e-12)
    if jnp.abs(xs - factors[:, None, :] * own).max() < 1e-3 * jnp.abs(xs).max():
        return "diagonal projection"
    counts = jnp.bincount(ys[0], length=n_classes)
    if counts.max() - counts.min() <= 2:
        return "label leak"
    return "none"
