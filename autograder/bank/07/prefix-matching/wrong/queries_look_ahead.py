# misconception: over-all-tokens
import math

import jax
import jax.numpy as jnp


def prefix_matching(pattern, symbols):
    same = symbols[:, None] == symbols[None, :-1]
    found = jnp.sum(same * pattern[:, 1:], axis=1)
    return jnp.sum(found) / jnp.sum(same.any(axis=1))
