# misconception: not-composed
import jax.numpy as jnp


def spectrum_map(eigenvalues, gamma, n_layers):
    deep = [eigenvalues]
    for depth in range(n_layers):
        now = deep[-1]
        deep.append(eigenvalues * (1 - gamma * eigenvalues) ** 2)
    return jnp.stack(deep)
