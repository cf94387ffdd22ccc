# route: both numbers in one array
import jax
import jax.numpy as jnp


def measure_risk(predict, task_batch):
    guesses = jax.vmap(predict)(task_batch.xs, task_batch.ys, task_batch.x_query)
    losses = jnp.linalg.norm(guesses - task_batch.y_query, axis=1) ** 2 / 2
    return jnp.stack([losses.mean(), losses.std(ddof=1) / jnp.sqrt(losses.size)])
