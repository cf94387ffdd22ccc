# misconception: percent
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    return 100 * (logits.argmax(axis=-1) == ys).mean(axis=0)
