# misconception: rates-inside-only
import jax.numpy as jnp


def chunk_transform(keys, rates):
    n = len(keys)
    overlaps, eye = keys @ keys.T, jnp.eye(len(keys))
    lower, b = jnp.tril(overlaps, -1), rates[:, None]
    return jnp.linalg.inv(eye + b * lower)
