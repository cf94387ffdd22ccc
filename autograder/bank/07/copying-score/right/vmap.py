# route: one token under vmap
import math

import jax
import jax.numpy as jnp


def copying_score(pattern, written, symbols):
    def score(weights, row):
        above = row - row.mean()
        raised = jnp.where(above > 0, above, 0)
        hit = weights @ raised[symbols]
        return (2 * hit - raised.sum()) / raised.sum()

    return jax.vmap(score)(pattern, written).mean()
