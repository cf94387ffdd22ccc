# misconception: not-from-the-seed-alone
import math

import jax
import jax.numpy as jnp
import numpy as np


def projected_task(seed, images, labels, d_x, n_classes):
    key_projection, key_names = jax.random.split(jax.random.fold_in(jax.random.key(seed), len(images)))
    n_pixels = images.shape[1]
    projection = jax.random.normal(key_projection, (d_x, n_pixels)) / math.sqrt(n_pixels)
    names = jax.random.permutation(key_names, n_classes)
    return images @ projection.T, names[labels]
