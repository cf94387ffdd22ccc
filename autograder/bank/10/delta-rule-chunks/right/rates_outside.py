# route: B (I + L B)^-1
import jax.numpy as jnp


def chunk_transform(keys, rates):
    lower = jnp.tril(keys @ keys.T, -1)
    return rates[:, None] * jnp.linalg.inv(jnp.eye(len(keys)) + lower * rates)
