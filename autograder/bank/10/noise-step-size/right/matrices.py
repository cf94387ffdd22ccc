# route: diagonal matrices and traces
import jax.numpy as jnp


def best_noisy_step(eigenvalues, n_context, label_noise):
    c = jnp.diag(eigenvalues)
    square = c @ c * (1 + 1 / n_context) + (jnp.trace(c) + label_noise**2) / n_context * c
    slope, bend = jnp.trace(c @ c), jnp.trace(square @ c)
    return slope / bend, 0.5 * (jnp.trace(c) - slope**2 / bend)
