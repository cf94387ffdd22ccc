# route: a NumPy generator seeded with the key's own bits
import jax
import numpy as np

from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    generator = np.random.default_rng(np.asarray(jax.random.key_data(key)).tolist())
    w = generator.standard_normal((d_y, d_x))
    xs = generator.uniform(-input_range, input_range, (n_context, d_x))
    x_query = generator.uniform(-input_range, input_range, d_x)
    return tasks.Task(xs=xs, ys=xs @ w.T, x_query=x_query, y_query=w @ x_query)
