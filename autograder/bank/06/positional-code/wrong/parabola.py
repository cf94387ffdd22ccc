# misconception: last-finds-itself
import jax.numpy as jnp


def positional_code(n_tokens):
    # The score is -(i - j - 1)^2: right everywhere but at the end.
    j = jnp.arange(1.0, n_tokens + 1)
    code = jnp.stack([jnp.ones(n_tokens), j, j**2], axis=1)
    return code, jnp.array([[-1.0, -2.0, -1.0], [2.0, 2.0, 0.0], [-1.0, 0.0, 0.0]])
