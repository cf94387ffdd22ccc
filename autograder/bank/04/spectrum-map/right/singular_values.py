# route: singular values move, and are squared in the end
import jax.numpy as jnp


def spectrum_map(eigenvalues, gamma, n_layers):
    singular = jnp.sqrt(eigenvalues)
    deep = [singular]
    for _ in range(n_layers):
        singular = singular - gamma * singular**3
        deep.append(singular)
    return jnp.stack(deep) ** 2
