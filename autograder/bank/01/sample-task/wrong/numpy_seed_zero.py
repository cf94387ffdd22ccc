# misconception: key-ignored
import numpy as np

from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    generator = np.random.default_rng(0)
    w = generator.standard_normal((d_y, d_x))
    inputs = generator.uniform(-input_range, input_range, (n_context + 1, d_x))
    targets = inputs @ w.T
    return tasks.Task(xs=inputs[:-1], ys=targets[:-1], x_query=inputs[-1], y_query=targets[-1])
