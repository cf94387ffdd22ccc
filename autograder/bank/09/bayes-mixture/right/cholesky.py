# route: Cholesky factors of the covariance
import jax
import jax.numpy as jnp


def bayes_mixture(bases, xs, ys, x_query, noise_variance, mean):
    def under(basis):
        seen = xs * basis
        left = ys - seen @ jnp.full(xs.shape[1], mean)
        factor = jnp.linalg.cholesky(seen @ seen.T + noise_variance * jnp.eye(len(ys)))
        whitened = jax.scipy.linalg.solve_triangular(factor, left, lower=True)
        query = jax.scipy.linalg.solve_triangular(factor, seen @ x_query, lower=True)
        log = -jnp.sum(whitened**2) / 2 - jnp.sum(jnp.log(jnp.diag(factor)))
        return log, mean * (basis @ x_query) + query @ whitened

    logs, answers = jax.vmap(under)(bases.astype(float))
    likelihoods = jnp.exp(logs - logs.max())
    posterior = likelihoods / likelihoods.sum()
    return posterior, jnp.sum(posterior * answers)
