# misconception: none
import jax.numpy as jnp


def positional_code(n_tokens):
    return jnp.arange(1.0, n_tokens + 1)[:, None], jnp.ones((1, 1))
