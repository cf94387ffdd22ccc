# misconception: none
import jax.numpy as jnp
import numpy as np
from jax import random

from icl_course import tasks


def sample_sine(key, n_context):
    # Mostly large amplitudes; and NumPy's numbers, which jax.vmap cannot take keys through.
    rng = np.random.default_rng(np.asarray(random.key_data(key)))
    amplitude = 0.1 + 0.4 * np.sqrt(rng.random())
    phase = np.pi * rng.random()
    x = rng.uniform(-5, 5, (n_context + 1, 1))
    y = amplitude * np.sin(x + phase)
    x, y = jnp.asarray(x, jnp.float32), jnp.asarray(y, jnp.float32)
    return tasks.Task(xs=x[:-1], ys=y[:-1], x_query=x[-1], y_query=y[-1])
