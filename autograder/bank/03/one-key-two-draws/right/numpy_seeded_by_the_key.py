# route: NumPy's own generator, seeded by the key's words: not for vmap
import jax
import jax.numpy as jnp
import numpy as np

from icl_course import tasks


def sample_sine(key, n_context):
    random = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    amplitude, phase = random.uniform(0.1, 0.5), random.uniform(0, np.pi)
    x = random.uniform(-5, 5, (n_context + 1, 1))
    y = amplitude * np.sin(x + phase)
    x, y = jnp.asarray(x, jnp.float32), jnp.asarray(y, jnp.float32)
    return tasks.Task(xs=x[:-1], ys=y[:-1], x_query=x[-1], y_query=y[-1])
