# misconception: variance-twice
import jax.numpy as jnp


def risk_from_spectrum(eigenvalues, learning_rates, n_context, variance):
    left = jnp.prod(1 - learning_rates[:, None, None] * eigenvalues / n_context, axis=0)
    return variance**2 / 2 * jnp.mean(jnp.sum(left**2, axis=1))
