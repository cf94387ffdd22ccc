# misconception: squared-after-the-mean
import jax
import jax.numpy as jnp


def measure_risk(predict, task_batch):
    guesses = jax.vmap(predict)(task_batch.xs, task_batch.ys, task_batch.x_query)
    errors = guesses - task_batch.y_query
    standard_error = jnp.std(errors, axis=0, ddof=1).sum() / jnp.sqrt(len(errors))
    return jnp.sum(errors.mean(axis=0) ** 2) / 2, standard_error
