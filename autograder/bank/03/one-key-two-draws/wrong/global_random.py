# misconception: key-ignored
import jax
import jax.numpy as jnp
import numpy as np

from icl_course import tasks


def sample_sine(key, n_context):
    random = np.random.default_rng()
    amplitude, phase = random.uniform(0.1, 0.5), random.uniform(0, np.pi)
    x = jnp.asarray(random.uniform(-5, 5, (n_context + 1, 1)), jnp.float32)
    y = amplitude * jnp.sin(x + phase) + 0 * jax.random.uniform(key)
    return tasks.Task(xs=x[:-1], ys=y[:-1], x_query=x[-1], y_query=y[-1])
