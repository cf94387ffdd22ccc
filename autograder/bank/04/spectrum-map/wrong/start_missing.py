# misconception: start-missing
import jax.numpy as jnp


def spectrum_map(eigenvalues, gamma, n_layers):
    deep = [eigenvalues]
    for depth in range(n_layers):
        now = deep[-1]
        deep.append(now * (1 - gamma * now) ** 2)
    return jnp.stack(deep[1:])
