# route: the loss of optax
import math

import jax
import jax.numpy as jnp


import optax


def icl_score(logits, symbols, early, late):
    losses = optax.softmax_cross_entropy_with_integer_labels(logits[:, :-1], symbols[:, 1:])
    return jnp.mean(losses[:, late - 1] - losses[:, early - 1])
