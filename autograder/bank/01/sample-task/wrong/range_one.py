# misconception: range-one
import jax

from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    key_w, key_xs, key_query = jax.random.split(key, 3)
    w = jax.random.normal(key_w, (d_y, d_x))
    xs = jax.random.uniform(key_xs, (n_context, d_x), minval=-1.0)
    x_query = jax.random.uniform(key_query, (d_x,), minval=-1.0)
    return tasks.Task(xs=xs, ys=xs @ w.T, x_query=x_query, y_query=w @ x_query)
