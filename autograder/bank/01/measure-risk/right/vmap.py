# route: vmap over the record, std with ddof=1
import jax
import jax.numpy as jnp


def measure_risk(predict, task_batch):
    def loss(task):
        return jnp.sum((predict(task.xs, task.ys, task.x_query) - task.y_query) ** 2) / 2

    losses = jax.vmap(loss)(task_batch)
    return losses.mean(), losses.std(ddof=1) / len(losses) ** 0.5
