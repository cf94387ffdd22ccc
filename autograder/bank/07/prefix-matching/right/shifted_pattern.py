# route: the pattern is shifted, not the symbols
import math

import jax
import jax.numpy as jnp


def prefix_matching(pattern, symbols):
    same = jnp.tril(symbols[:, None] == symbols[None, :], -1)  # [t, j]: the symbol stood at j < t
    weight_after = pattern[:, 1:]  # [t, j] is the weight on j + 1
    found = jnp.sum(same[:, :-1] * weight_after, axis=1)
    is_query = same.any(axis=1)
    return jnp.mean(found, where=is_query)
