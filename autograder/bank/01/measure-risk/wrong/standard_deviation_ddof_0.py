# misconception: standard-deviation-ddof-0
import jax
import jax.numpy as jnp


def measure_risk(predict, task_batch):
    def loss(task):
        error = predict(task.xs, task.ys, task.x_query) - task.y_query
        return jnp.sum(error**2) / 2

    losses = jax.vmap(loss)(task_batch)
    return jnp.mean(losses), jnp.std(losses)
