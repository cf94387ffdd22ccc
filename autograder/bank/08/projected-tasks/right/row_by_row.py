# route: a key for each row of A
import math

import jax
import jax.numpy as jnp
import numpy as np


def projected_task(seed, images, labels, d_x, n_classes):
    key, names_key = jax.random.split(jax.random.key(seed))
    rows = [jax.random.normal(k, images.shape[1:]) for k in jax.random.split(key, d_x)]
    xs = jnp.stack([images @ row for row in rows], axis=1) / images.shape[1] ** 0.5
    names = jax.random.choice(names_key, n_classes, (n_classes,), replace=False)
    return xs, names[labels]
