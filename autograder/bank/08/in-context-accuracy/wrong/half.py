# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    own = jnp.take_along_axis(jax.nn.softmax(logits), ys[..., None], axis=2)[..., 0]
    return (own > 0.5).mean(axis=0)
