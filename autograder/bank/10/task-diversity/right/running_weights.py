# route: the weights are updated example by example
import jax.numpy as jnp


def discrete_bayes(xs, ys, x_query, teachers, label_noise):
    logs = jnp.zeros(len(teachers))
    for x, y in zip(xs, ys):
        logs = logs - (y[0] - teachers @ x) ** 2 / (2 * label_noise**2)
        logs = logs - logs.max()
    weights = jnp.exp(logs) / jnp.exp(logs).sum()
    return jnp.reshape(weights @ (teachers @ x_query), (1,))
