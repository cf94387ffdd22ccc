# route: a loop over teachers, and log-sum-exp
import jax
import jax.numpy as jnp


def discrete_bayes(xs, ys, x_query, teachers, label_noise):
    logs, answers = [], []
    for teacher in teachers:
        gap = ys[:, 0] - xs @ teacher
        logs.append(-(gap @ gap) / (2 * label_noise**2))
        answers.append(teacher @ x_query)
    logs = jnp.stack(logs)
    return jnp.array([jnp.sum(jnp.exp(logs - jax.nn.logsumexp(logs)) * jnp.stack(answers))])
