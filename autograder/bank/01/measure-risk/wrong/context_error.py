# misconception: none
import jax
import jax.numpy as jnp


def measure_risk(predict, task_batch):
    def loss(task):
        return jnp.sum((predict(task.xs, task.ys, task.xs[0]) - task.ys[0]) ** 2) / 2

    losses = jax.vmap(loss)(task_batch)
    return jnp.mean(losses), jnp.std(losses, ddof=1) / jnp.sqrt(len(losses))
