# route: NumPy's generator, seeded from the key
import jax
import numpy as np

from icl_course import tasks


def sample_sine(key, n_context):
    random = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    amplitude, phase = random.uniform(0.1, 0.5), random.uniform(0, np.pi)
    xs, x_query = random.uniform(-5, 5, (n_context, 1)), random.uniform(-5, 5, 1)
    return tasks.Task(
        xs=xs,
        ys=amplitude * np.sin(xs + phase),
        x_query=x_query,
        y_query=amplitude * np.sin(x_query + phase),
    )
