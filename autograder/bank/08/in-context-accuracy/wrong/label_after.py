# misconception: label-after
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    return (logits.argmax(axis=-1) == jnp.roll(ys, -1, axis=1)).mean(axis=0)
