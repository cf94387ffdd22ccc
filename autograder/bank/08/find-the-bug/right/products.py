# route: NumPy: products of two columns that are proportional
import math

import jax
import jax.numpy as jnp
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    images, xs, ys = (np.asarray(array, float) for array in (images, xs, ys))
    own = images[:, :, : xs.shape[2]]
    cross = xs[:, :, None] * own[:, None] - xs[:, None] * own[:, :, None]
    counts = np.array([[(row == c).sum() for c in range(n_classes)] for row in ys])
    if np.abs(images - images.round()).max() == 0:
        return "black images"
    if np.abs(cross).max() < 1e-4 * np.abs(xs).max():
        return "diagonal projection"
    return "label leak" if counts.std() == 0 else "none"
