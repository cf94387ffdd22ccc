# misconception: none
import jax.numpy as jnp

from icl_course import spectra


def risk_from_spectrum(eigenvalues, learning_rates, n_context, variance):
    return jnp.mean(
        spectra.many_steps_losses(
            eigenvalues / n_context, learning_rates=learning_rates, variance=variance
        )
    )
