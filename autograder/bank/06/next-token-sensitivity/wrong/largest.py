# misconception: none
import jax
import jax.numpy as jnp


def sensitivities(layer, tokens, d_code):
    slopes = jax.jacobian(layer)(tokens)[:, d_code:, :-1, d_code:]
    table = jnp.sqrt(jnp.sum(slopes**2, axis=(1, 3)))
    own = jnp.eye(*table.shape, dtype=bool)
    near = jnp.eye(*table.shape, k=1, dtype=bool)
    return jnp.stack([table[own].max(), table[near].max(), table[~own & ~near].max()])
