# route: all factors in one array with an axis for steps
import jax.numpy as jnp


def risk_from_spectrum(eigenvalues, learning_rates, n_context, variance):
    factors = 1 - learning_rates[:, None, None] * eigenvalues / n_context
    left = jnp.prod(factors, axis=0)
    return variance / 2 * jnp.mean(jnp.sum(left**2, axis=1))
