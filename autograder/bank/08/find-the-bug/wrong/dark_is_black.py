# misconception: dark-is-black
import math

import jax
import jax.numpy as jnp
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    if (images == 0).mean() > 0.5:
        return "black images"
    own = images[:, :, : xs.shape[2]]
    factors = (xs * own).sum(axis=1) / jnp.maximum((own**2).sum(axis=1), 1e-12)
    if jnp.abs(xs - factors[:, None, :] * own).max() < 1e-3 * jnp.abs(xs).max():
        return "diagonal projection"
    counts = jax.nn.one_hot(ys, n_classes).sum(axis=1)
    if jnp.all(counts == counts[0, 0]):
        return "label leak"
    return "none"
