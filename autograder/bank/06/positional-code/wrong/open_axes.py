# misconception: last-finds-nobody
import jax.numpy as jnp


def positional_code(n_tokens):
    return jnp.eye(n_tokens), jnp.eye(n_tokens, k=-1)
