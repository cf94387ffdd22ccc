# route: an order by Gumbel noise, normal numbers by their distribution function
import math

import jax
import jax.numpy as jnp
import numpy as np


from jax.scipy.special import ndtri


def projected_task(seed, images, labels, d_x, n_classes):
    one, two = jax.random.split(jax.random.key(seed))
    n_pixels = images.shape[1]
    u = jax.random.uniform(one, (d_x, n_pixels), minval=1e-7, maxval=1 - 1e-7)
    names = jnp.argsort(-jax.random.gumbel(two, (n_classes,)))
    return images @ (ndtri(u) * n_pixels**-0.5).T, jnp.take(names, labels)
