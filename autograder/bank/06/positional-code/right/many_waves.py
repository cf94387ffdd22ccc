# route: waves of all lengths: an orthogonal basis of the places
import jax.numpy as jnp


def positional_code(n_tokens):
    places = jnp.arange(n_tokens)[:, None]
    waves = jnp.arange(1, n_tokens // 2 + 1)[None]
    angles = 2 * jnp.pi * places * waves / n_tokens
    code = jnp.concatenate([jnp.cos(angles), jnp.sin(angles)], axis=1)
    step = 2 * jnp.pi * waves[0] / n_tokens
    cos, sin = jnp.diag(jnp.cos(step)), jnp.diag(jnp.sin(step))
    return code, jnp.block([[cos, -sin], [sin, cos]])
