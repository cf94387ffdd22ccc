# route: a masked table and means that skip what is masked
import jax
import jax.numpy as jnp


def sensitivities(layer, tokens, d_code):
    slopes = jax.jacobian(layer)(tokens)[:, d_code:, :-1, d_code:]
    table = jnp.sqrt(jnp.sum(slopes**2, axis=(1, 3)))
    n = len(tokens)
    offset = jnp.arange(n - 1)[None] - jnp.arange(n)[:, None]
    kind = jnp.clip(jnp.where(offset == 0, 0, jnp.where(offset == 1, 1, 2)), 0, 2)
    return jnp.array([jnp.nanmean(jnp.where(kind == k, table, jnp.nan)) for k in range(3)])
