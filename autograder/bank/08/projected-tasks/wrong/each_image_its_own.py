# misconception: each-image-its-own
import math

import jax
import jax.numpy as jnp
import numpy as np


def projected_task(seed, images, labels, d_x, n_classes):
    key_projection, key_names = jax.random.split(jax.random.key(seed))
    n_pixels = images.shape[1]
    keys = jax.random.split(key_projection, len(images))
    a = jax.vmap(lambda key: jax.random.normal(key, (d_x, n_pixels)))(keys)
    names = jax.random.permutation(key_names, n_classes)
    return jnp.einsum("ndp,np->nd", a, images) / math.sqrt(n_pixels), names[labels]
