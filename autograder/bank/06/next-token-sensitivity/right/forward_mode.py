# route: forward-mode derivatives, and sums divided by counts
import jax
import jax.numpy as jnp


def sensitivities(layer, tokens, d_code):
    code, data = tokens[:, :d_code], tokens[:, d_code:]

    def on_data(data):
        return layer(jnp.concatenate([code, data], axis=1))[:, d_code:]

    slopes = jax.jacfwd(on_data)(data)
    table = jnp.linalg.norm(jnp.swapaxes(slopes, 1, 2), axis=(2, 3))[:, :-1]
    n = len(tokens)
    own, near = jnp.trace(table), jnp.trace(table, offset=1)
    n_others = n * (n - 1) - (n - 1) - (n - 2)
    return own / (n - 1), near / (n - 2), (table.sum() - own - near) / n_others
