# misconception: last-finds-the-one-before
import jax.numpy as jnp


def positional_code(n_tokens):
    matrix = jnp.roll(jnp.eye(n_tokens), 1, axis=0)
    matrix = matrix.at[:, -1].set(jnp.eye(n_tokens)[-2])
    return jnp.eye(n_tokens), matrix
