# misconception: probability
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    return jnp.take_along_axis(jax.nn.softmax(logits), ys[..., None], axis=2)[..., 0].mean(axis=0)
