# route: the square completed, power sums first
import jax.numpy as jnp


def best_noisy_step(eigenvalues, n_context, label_noise):
    p1, p2, p3 = (jnp.sum(eigenvalues**k) for k in (1, 2, 3))
    curvature = p3 + (p3 + p1 * p2 + label_noise**2 * p2) / n_context
    eta = p2 / curvature
    return jnp.stack([eta, (p1 - eta * p2) / 2])
