# route: the right class has the largest logit
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    own = jnp.take_along_axis(logits, ys[..., None], axis=2)[..., 0]
    return jnp.sum(own == logits.max(axis=2), axis=0) / len(ys)
