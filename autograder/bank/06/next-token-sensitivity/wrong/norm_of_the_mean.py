# misconception: norm-of-the-mean
import jax
import jax.numpy as jnp


def sensitivities(layer, tokens, d_code):
    slopes = jax.jacobian(layer)(tokens)[:, d_code:, :-1, d_code:]
    table = jnp.sqrt(jnp.sum(slopes**2, axis=(1, 3)))
    n = len(tokens)
    offset = jnp.arange(n - 1)[None] - jnp.arange(n)[:, None]
    groups = [offset == 0, offset == 1, (offset != 0) & (offset != 1)]
    means = [jnp.einsum("ji,jaib->ab", g / g.sum(), slopes) for g in groups]
    return jnp.stack([jnp.linalg.norm(mean) for mean in means])
