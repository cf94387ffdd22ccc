# route: images mapped one by one, labels renamed by a permutation matrix
import math

import jax
import jax.numpy as jnp
import numpy as np


def projected_task(seed, images, labels, d_x, n_classes):
    key = jax.random.key(seed)
    a = jax.random.normal(jax.random.fold_in(key, 0), (d_x, images.shape[1]))
    table = jax.random.permutation(jax.random.fold_in(key, 1), jnp.eye(n_classes))
    xs = jax.vmap(lambda image: jnp.dot(a, image) / jnp.sqrt(image.size))(images)
    return xs, (jax.nn.one_hot(labels, n_classes) @ table).argmax(axis=1)
