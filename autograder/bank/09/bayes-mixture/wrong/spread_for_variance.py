# misconception: spread-for-variance
import jax
import jax.numpy as jnp


def bayes_mixture(bases, xs, ys, x_query, noise_variance, mean):
    n_examples, d_x = xs.shape
    variance = noise_variance**0.5

    def under(basis):
        seen = jnp.where(basis, xs, 0.0)
        left = ys - mean * seen.sum(axis=1)
        covariance = seen @ seen.T + variance * jnp.eye(n_examples)
        _, log_determinant = jnp.linalg.slogdet(covariance)
        evidence = -0.5 * left @ jnp.linalg.solve(covariance, left) - 0.5 * log_determinant
        inner = seen.T @ seen + variance * jnp.eye(d_x)
        weights = jnp.where(basis, mean + jnp.linalg.solve(inner, seen.T @ left), 0.0)
        return evidence, weights @ x_query

    evidences, answers = jax.vmap(under)(bases)
    posterior = jax.nn.softmax(evidences)
    return posterior, posterior @ answers
