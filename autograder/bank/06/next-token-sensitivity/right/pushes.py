# route: one push for each entry of the input, along the tangent map
import jax
import jax.numpy as jnp


def sensitivities(layer, tokens, d_code):
    n, d = tokens.shape
    _, push = jax.linearize(layer, tokens)
    basis = jnp.eye(n * d).reshape(n, d, n, d)[:-1, d_code:]
    moved = jax.vmap(jax.vmap(push))(basis)[..., d_code:]  # [i, slot, j, slot]
    table = jnp.sqrt(jnp.sum(moved**2, axis=(1, 3))).T
    offsets = jnp.arange(n - 1)[None] - jnp.arange(n)[:, None]
    groups = [offsets == 0, offsets == 1, (offsets != 0) & (offsets != 1)]
    return jnp.array([jnp.sum(table * g) / jnp.sum(g) for g in groups])
