# misconception: shifted-round
import math

import jax
import jax.numpy as jnp
import numpy as np


def projected_task(seed, images, labels, d_x, n_classes):
    key_projection, key_names = jax.random.split(jax.random.key(seed))
    n_pixels = images.shape[1]
    projection = jax.random.normal(key_projection, (d_x, n_pixels)) / math.sqrt(n_pixels)
    names = (jnp.arange(n_classes) + jax.random.randint(key_names, (), 0, n_classes)) % n_classes
    return images @ projection.T, names[labels]
