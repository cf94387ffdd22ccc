# misconception: none
import math

import jax
import jax.numpy as jnp


def icl_score(logits, symbols, early, late):
    log_probabilities = jax.nn.log_softmax(logits[:, :-1], axis=-1)
    losses = -jnp.take_along_axis(log_probabilities, symbols[:, 1:, None], axis=-1)[..., 0]
    by_place = jnp.median(losses, axis=0)
    return by_place[late - 1] - by_place[early - 1]
