# route: attention on symbols in place of tokens
import math

import jax
import jax.numpy as jnp


def copying_score(pattern, written, symbols):
    on_symbols = pattern @ jax.nn.one_hot(symbols, written.shape[1])
    raised = jax.nn.relu(written - jnp.mean(written, axis=1)[:, None])
    shares = jnp.einsum("ts,ts->t", on_symbols, raised) / jnp.sum(raised, axis=1)
    return 2 * shares.mean() - 1
