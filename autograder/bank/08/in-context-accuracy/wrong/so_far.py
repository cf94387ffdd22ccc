# misconception: so-far
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    by_place = (logits.argmax(axis=-1) == ys).mean(axis=0)
    return jnp.cumsum(by_place) / jnp.arange(1, ys.shape[1] + 1)
