# route: the mean teacher first, then its answer
import jax
import jax.numpy as jnp


def discrete_bayes(xs, ys, x_query, teachers, label_noise):
    def log_likelihood(w):
        return jnp.sum(jax.scipy.stats.norm.logpdf(ys[:, 0], xs @ w, label_noise))

    weights = jax.nn.softmax(jax.vmap(log_likelihood)(teachers))
    return jnp.atleast_1d(x_query @ (teachers.T @ weights))
