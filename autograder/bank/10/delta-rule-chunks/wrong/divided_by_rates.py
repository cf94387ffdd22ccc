# misconception: none
import jax.numpy as jnp


def chunk_transform(keys, rates):
    return jnp.linalg.inv(jnp.diag(1 / rates) + jnp.tril(keys @ keys.T, -1))
