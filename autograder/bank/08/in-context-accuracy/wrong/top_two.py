# misconception: none
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    named = jnp.argsort(logits, axis=2)[..., -2:]
    return (named == ys[..., None]).any(axis=2).mean(axis=0)
