# route: products of one-hot rows
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    n_classes = logits.shape[2]
    named = jax.nn.one_hot(logits.argmax(axis=2), n_classes)
    return jnp.einsum("bic,bic->i", named, jax.nn.one_hot(ys, n_classes)) / logits.shape[0]
