# misconception: steps-added
import jax.numpy as jnp


def risk_from_spectrum(eigenvalues, learning_rates, n_context, variance):
    left = 1 - jnp.sum(learning_rates) * eigenvalues / n_context
    return variance / 2 * jnp.mean(jnp.sum(left**2, axis=1))
