# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def projected_task(seed, images, labels, d_x, n_classes):
    key_projection, key_names = jax.random.split(jax.random.key(seed))
    n_pixels = images.shape[1]
    projection = jax.random.normal(key_projection, (d_x, n_pixels)) / math.sqrt(n_pixels)
    names = jnp.arange(n_classes).at[jnp.array([0, 1])].set(jnp.where(jax.random.bernoulli(key_names), jnp.array([1, 0]), jnp.array([0, 1])))
    return images @ projection.T, names[labels]
