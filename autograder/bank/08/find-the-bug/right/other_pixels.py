# route: the other pixels are changed by nobody: x is a function of one pixel
import math

import jax
import jax.numpy as jnp
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    if np.array_equal(np.asarray(images), np.floor(np.asarray(images))):
        return "black images"
    count = jax.vmap(lambda row: jnp.bincount(row, length=n_classes))(ys)
    if bool((count == ys.shape[1] // n_classes).all()) and ys.shape[1] % n_classes == 0:
        return "label leak"
    own = jnp.asarray(images)[:, :, : xs.shape[2]]
    # Cauchy and Schwarz are equal where two columns are proportional.
    aligned = (xs * own).sum(1) ** 2
    bound = (xs**2).sum(1) * (own**2).sum(1)
    return "diagonal projection" if bool((bound - aligned <= 1e-4 * bound + 1e-9).all()) else "none"
