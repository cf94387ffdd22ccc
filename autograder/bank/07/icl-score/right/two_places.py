# route: the two places alone, with one-hot targets
import math

import jax
import jax.numpy as jnp


def icl_score(logits, symbols, early, late):
    def loss(place):
        row = logits[:, place - 1]
        own = jnp.sum(row * jax.nn.one_hot(symbols[:, place], row.shape[1]), axis=1)
        return jnp.mean(jax.nn.logsumexp(row, axis=1) - own)

    return loss(late) - loss(early)
