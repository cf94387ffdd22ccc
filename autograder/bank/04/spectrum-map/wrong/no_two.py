# misconception: no-two
import jax.numpy as jnp


def spectrum_map(eigenvalues, gamma, n_layers):
    deep = [eigenvalues]
    for depth in range(n_layers):
        now = deep[-1]
        deep.append(now - gamma * now**2 + gamma**2 * now**3)
    return jnp.stack(deep)
