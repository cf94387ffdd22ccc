# route: jax.lax.scan
import jax
import jax.numpy as jnp


def spectrum_map(eigenvalues, gamma, n_layers):
    def layer(now, _):
        shrink = 1 - gamma * now
        after = shrink * now * shrink
        return after, after

    _, later = jax.lax.scan(layer, eigenvalues, None, length=n_layers)
    return jnp.vstack([eigenvalues, later])
