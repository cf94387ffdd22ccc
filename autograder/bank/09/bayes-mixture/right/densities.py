# route: the normal densities themselves, divided by their sum
import jax
import jax.numpy as jnp


def bayes_mixture(bases, xs, ys, x_query, noise_variance, mean):
    def one(used):
        seen = xs * used
        covariance = seen @ seen.T + noise_variance * jnp.eye(len(ys))
        left = ys - mean * seen.sum(axis=1)
        solved = jnp.linalg.solve(covariance, left)
        density = jnp.exp(-0.5 * left @ solved) / jnp.sqrt(jnp.linalg.det(covariance))
        return density, x_query @ (used * (mean + xs.T @ solved))

    densities, answers = jax.vmap(one)(bases.astype(float))
    posterior = densities / densities.sum()
    return posterior, posterior @ answers
