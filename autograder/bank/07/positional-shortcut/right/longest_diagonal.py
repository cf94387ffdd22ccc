# route: the longest diagonal of a table, as a share
import jax.numpy as jnp


def blind_score(shortest, longest, largest_gap):
    n, m = longest - shortest + 1, largest_gap + 1
    return jnp.minimum(n, m) / (n * m)
