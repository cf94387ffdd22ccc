# misconception: no-cross-term
import jax.numpy as jnp


def spectrum_map(eigenvalues, gamma, n_layers):
    deep = [eigenvalues]
    for depth in range(n_layers):
        now = deep[-1]
        deep.append(now + gamma**2 * now**3)
    return jnp.stack(deep)
