# route: a loop over steps
import jax.numpy as jnp


def risk_from_spectrum(eigenvalues, learning_rates, n_context, variance):
    left = jnp.ones_like(eigenvalues)
    for rate in learning_rates:
        left = left * (1 - rate * eigenvalues / n_context)
    return 0.5 * variance * (left**2).sum() / len(eigenvalues)
