# route: the circle is large, and the matrix a pure rotation
import jax.numpy as jnp


def positional_code(n_tokens):
    angle = 2 * jnp.pi / n_tokens
    radius = 1.01 / jnp.sqrt(1 - jnp.cos(angle))
    places = angle * jnp.arange(n_tokens)
    code = radius * jnp.stack([jnp.sin(places), jnp.cos(places)], axis=1)
    matrix = jnp.array([[jnp.cos(angle), jnp.sin(angle)], [-jnp.sin(angle), jnp.cos(angle)]])
    return code, matrix
