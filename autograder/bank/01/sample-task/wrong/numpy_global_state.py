# misconception: hidden-state
import numpy as np

from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    w = np.random.standard_normal((d_y, d_x))
    xs = np.random.uniform(-input_range, input_range, (n_context, d_x))
    x_query = np.random.uniform(-input_range, input_range, d_x)
    return tasks.Task(xs=xs, ys=xs @ w.T, x_query=x_query, y_query=w @ x_query)
