# misconception: absolute
import math

import jax
import jax.numpy as jnp


def copying_score(pattern, written, symbols):
    centred = written - written.mean(axis=1, keepdims=True)
    raised = jnp.abs(centred)
    on_attended = jnp.sum(pattern * raised[:, symbols], axis=1)
    return jnp.mean(2 * on_attended / raised.sum(axis=1) - 1)
