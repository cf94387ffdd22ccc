# misconception: smallest
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    return (logits.argmin(axis=-1) == ys).mean(axis=0)
