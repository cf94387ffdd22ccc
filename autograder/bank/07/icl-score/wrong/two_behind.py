# misconception: two-behind
import math

import jax
import jax.numpy as jnp


def icl_score(logits, symbols, early, late):
    rows = jax.nn.log_softmax(logits, axis=-1)
    every = jnp.arange(len(symbols))
    loss = lambda place: -rows[every, place - 2, symbols[:, place]].mean()
    return loss(late) - loss(early)
