# route: keys by fold_in, the sum formula of the sine
import jax
import jax.numpy as jnp
import numpy as np

from icl_course import tasks


def sample_sine(key, n_context):
    def uniform(number, shape, low, high):
        return low + (high - low) * jax.random.uniform(jax.random.fold_in(key, number), shape)

    amplitude, phase = uniform(1, (), 0.1, 0.5), uniform(2, (), 0.0, np.pi)
    x = uniform(3, (n_context + 1, 1), -5.0, 5.0)
    y = amplitude * (jnp.sin(x) * jnp.cos(phase) + jnp.cos(x) * jnp.sin(phase))
    return tasks.Task(xs=x[1:], ys=y[1:], x_query=x[0], y_query=y[0])
