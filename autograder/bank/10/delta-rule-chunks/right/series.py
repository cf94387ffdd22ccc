# route: the finite series of powers
import jax.numpy as jnp


def chunk_transform(keys, rates):
    heard = -rates[:, None] * jnp.tril(keys @ keys.T, -1)
    power, total = jnp.eye(len(keys)), jnp.eye(len(keys))
    for _ in range(len(keys) - 1):
        power = power @ heard
        total = total + power
    return total * rates
