# misconception: none
import jax.numpy as jnp


def chunk_transform(keys, rates):
    n = len(keys)
    overlaps, eye = keys @ keys.T, jnp.eye(len(keys))
    lower, b = jnp.tril(overlaps, -1), rates[:, None]
    unit = keys / jnp.linalg.norm(keys, axis=1, keepdims=True)
    return jnp.linalg.solve(eye + b * jnp.tril(unit @ unit.T, -1), jnp.diag(rates))
