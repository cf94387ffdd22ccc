# misconception: none
import jax.numpy as jnp


def spectrum_map(eigenvalues, gamma, n_layers):
    deep = [jnp.asarray(eigenvalues)]
    for _ in range(n_layers):
        deep.append(deep[-1] * (1 - abs(gamma) * deep[-1]) ** 2)
    return jnp.stack(deep)
