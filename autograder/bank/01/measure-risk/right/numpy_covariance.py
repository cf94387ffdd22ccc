# route: NumPy's covariance of the losses
import jax
import numpy as np

from icl_course import metrics


def measure_risk(predict, task_batch):
    guesses = jax.vmap(predict)(task_batch.xs, task_batch.ys, task_batch.x_query)
    losses = np.asarray(jax.vmap(metrics.half_squared_error)(guesses, task_batch.y_query), float)
    return [np.mean(losses), np.sqrt(np.cov(losses) / losses.size)]
