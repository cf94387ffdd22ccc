# route: the code holds its own place and, beside it, the next one
import jax.numpy as jnp


def positional_code(n_tokens):
    here = jnp.eye(n_tokens)
    code = jnp.concatenate([here, jnp.roll(here, -1, axis=0)], axis=1)
    zero = jnp.zeros_like(here)
    return code, 1.5 * jnp.block([[zero, here], [zero, zero]])
