# route: one prompt under vmap, then a mean
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    def one(rows, labels):
        return jnp.where(jnp.argmax(jax.nn.softmax(rows), axis=1) == labels, 1.0, 0.0)
    
    return jnp.mean(jax.vmap(one)(logits, ys), axis=0)
