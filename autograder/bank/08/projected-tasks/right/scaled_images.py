# route: the images are scaled in place of the matrix; names as places of an order
import math

import jax
import jax.numpy as jnp
import numpy as np


def projected_task(seed, images, labels, d_x, n_classes):
    one, two = jax.random.split(jax.random.key(seed + 17))
    scaled = images / math.sqrt(images.shape[1])
    order = jax.random.permutation(two, jnp.arange(n_classes))
    names = jnp.argsort(order)
    return jnp.tensordot(scaled, jax.random.normal(one, (d_x, images.shape[1])), (1, 1)), names[labels]
