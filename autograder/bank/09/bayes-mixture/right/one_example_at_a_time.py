# route: one example after the other, as a Kalman filter
import jax
import jax.numpy as jnp


def bayes_mixture(bases, xs, ys, x_query, noise_variance, mean):
    means = mean * bases.astype(float)
    spreads = jax.vmap(jnp.diag)(bases.astype(float))
    logs = jnp.zeros(len(bases))
    for x, y in zip(xs, ys, strict=True):
        along = spreads @ x
        variances = along @ x + noise_variance
        errors = y - means @ x
        logs = logs - (errors**2 / variances + jnp.log(variances)) / 2
        gains = along / variances[:, None]
        means = means + gains * errors[:, None]
        spreads = spreads - gains[:, :, None] * along[:, None, :]
    posterior = jnp.exp(logs - jax.nn.logsumexp(logs))
    return posterior, posterior @ (means @ x_query)
