# misconception: centred-over-tokens
import math

import jax
import jax.numpy as jnp


def copying_score(pattern, written, symbols):
    centred = written - written.mean(axis=0, keepdims=True)
    raised = jnp.maximum(centred, 0.0)
    on_attended = jnp.sum(pattern * raised[:, symbols], axis=1)
    return jnp.mean(2 * on_attended / raised.sum(axis=1) - 1)
