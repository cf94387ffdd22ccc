# route: lax.map, and the standard error by scaling ddof 0
import jax
import jax.numpy as jnp


def measure_risk(predict, task_batch):
    def loss(task):
        error = predict(task.xs, task.ys, task.x_query) - task.y_query
        return error @ error / 2

    losses = jax.lax.map(loss, task_batch)
    return jnp.average(losses), jnp.std(losses) / jnp.sqrt(len(losses) - 1)
