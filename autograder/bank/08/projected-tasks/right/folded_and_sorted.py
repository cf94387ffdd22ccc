# route: the seed folded into one key, an order from sorted random numbers
import math

import jax
import jax.numpy as jnp
import numpy as np


def projected_task(seed, images, labels, d_x, n_classes):
    keys = jax.random.split(jax.random.fold_in(jax.random.key(8), seed), 2)
    a = jax.random.normal(keys[0], (images.shape[1], d_x)) * images.shape[1] ** -0.5
    order = jnp.argsort(jax.random.uniform(keys[1], (n_classes,)))
    renamed = jnp.sum(jax.nn.one_hot(labels, n_classes) * order, axis=1)
    return jnp.einsum("np,pd->nd", images, a), renamed.astype(int)
