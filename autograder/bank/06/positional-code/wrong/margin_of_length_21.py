# misconception: margin
import jax.numpy as jnp


def positional_code(n_tokens):
    angle = 2 * jnp.pi / n_tokens
    places = angle * jnp.arange(1, n_tokens + 1)
    code = jnp.stack([jnp.cos(places), jnp.sin(places)], axis=1)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    turn = jnp.array([[cos, -sin], [sin, cos]])
    return code, turn * 22.0
