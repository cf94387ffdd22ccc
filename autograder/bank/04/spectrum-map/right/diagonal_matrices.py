# route: diagonal inputs, moved as the layer moves them
import jax.numpy as jnp


def spectrum_map(eigenvalues, gamma, n_layers):
    inputs = jnp.diag(jnp.sqrt(eigenvalues))
    spectra = [eigenvalues]
    for _ in range(n_layers):
        inputs = inputs - gamma * inputs @ inputs.T @ inputs
        spectra.append(jnp.diag(inputs @ inputs.T))
    return jnp.array(spectra)
