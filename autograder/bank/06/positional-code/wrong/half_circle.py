# misconception: last-finds-itself
import jax.numpy as jnp


def positional_code(n_tokens):
    angle = jnp.pi / n_tokens
    places = angle * jnp.arange(n_tokens)
    code = jnp.stack([jnp.cos(places), jnp.sin(places)], axis=1)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    return code, jnp.array([[cos, -sin], [sin, cos]]) / (1 - cos)
