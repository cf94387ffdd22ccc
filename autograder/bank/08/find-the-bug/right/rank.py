# route: the factor by least squares, prompt by prompt under vmap
import math

import jax
import jax.numpy as jnp
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    def left_over(pixels, inputs):
        own = pixels[:, : inputs.shape[1]]
        size = jnp.sum(own * own, 0)
        factor = jnp.where(size > 0, jnp.sum(own * inputs, 0) / jnp.where(size > 0, size, 1), 0)
        return jnp.sum((inputs - factor * own) ** 2) / jnp.maximum(jnp.sum(inputs**2), 1e-9)

    found = {
        "black images": bool(((images % 1) == 0).all()),
        "diagonal projection": float(jax.vmap(left_over)(images, xs).max()) < 1e-6,
        "label leak": bool(
            (jnp.sum(ys[:, :, None] == jnp.arange(n_classes), 1) * n_classes == ys.shape[1]).all()
        ),
    }
    return next((name for name, holds in found.items() if holds), "none")
