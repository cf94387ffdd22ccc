# misconception: wrapped
import math

import jax
import jax.numpy as jnp


def prefix_matching(pattern, symbols):
    places = jnp.arange(len(symbols))
    before = jnp.roll(symbols, 1)
    is_right = (before[None, :] == symbols[:, None]) & (places[None, :] <= places[:, None])
    found = jnp.sum(jnp.where(is_right, pattern, 0.0), axis=1)
    return jnp.sum(found) / jnp.sum(is_right.any(axis=1))
