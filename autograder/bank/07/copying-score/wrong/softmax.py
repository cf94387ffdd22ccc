# misconception: none
import math

import jax
import jax.numpy as jnp


def copying_score(pattern, written, symbols):
    centred = written - written.mean(axis=1, keepdims=True)
    raised = jax.nn.softmax(written, axis=1)
    on_attended = jnp.sum(pattern * raised[:, symbols], axis=1)
    return jnp.mean(2 * on_attended / raised.sum(axis=1) - 1)
