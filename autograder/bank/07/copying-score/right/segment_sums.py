# route: weights of a symbol added up, shares normalised first
import math

import jax
import jax.numpy as jnp


def copying_score(pattern, written, symbols):
    raised = (written - written.mean(1, keepdims=True)).clip(0)
    shares = raised / raised.sum(1, keepdims=True)
    on = jax.vmap(lambda row: jax.ops.segment_sum(row, symbols, written.shape[1]))(pattern)
    return (2 * (on * shares).sum(1) - 1).mean()
