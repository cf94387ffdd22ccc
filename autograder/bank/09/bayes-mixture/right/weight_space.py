# route: evidence in weight space, columns chosen
import jax
import jax.numpy as jnp
import numpy as np


def bayes_mixture(bases, xs, ys, x_query, noise_variance, mean):
    logs, answers = [], []
    n = len(ys)
    for basis in np.asarray(bases):
        seen, query = xs[:, basis], x_query[basis]
        size = seen.shape[1]
        left = ys - mean * seen.sum(axis=1)
        precision = jnp.eye(size) + seen.T @ seen / noise_variance
        moved = jnp.linalg.solve(precision, seen.T @ left / noise_variance)
        square = jnp.sum((left - seen @ moved) ** 2) / noise_variance + moved @ moved
        determinant = jnp.linalg.slogdet(precision)[1] + n * jnp.log(noise_variance)
        logs.append(-(square + determinant) / 2)
        answers.append((mean + moved) @ query)
    posterior = jax.nn.softmax(jnp.stack(logs))
    return posterior, posterior @ jnp.stack(answers)
