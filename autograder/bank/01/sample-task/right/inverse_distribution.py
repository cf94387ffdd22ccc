# route: normal numbers from uniform ones by the inverse distribution function
import jax
from jax.scipy.special import ndtri

from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    key_w, key_xs, key_query = jax.random.split(key, 3)
    w = ndtri(jax.random.uniform(key_w, (d_y, d_x), minval=1e-7))
    xs = (jax.random.uniform(key_xs, (n_context, d_x)) - 0.5) * 2 * input_range
    x_query = (jax.random.uniform(key_query, (d_x,)) - 0.5) * 2 * input_range
    return tasks.Task(xs=xs, ys=xs @ w.T, x_query=x_query, y_query=w @ x_query)
