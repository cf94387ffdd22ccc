# misconception: none
import jax
import jax.numpy as jnp

from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    key_w, key_xs, key_query = jax.random.split(key, 3)
    w = jax.random.normal(key_w, (d_y, d_x))
    xs = jax.random.uniform(key_xs, (n_context, d_x), minval=-input_range, maxval=input_range)
    x_query = jax.random.uniform(key_query, (d_x,), minval=-input_range, maxval=input_range)
    return tasks.Task(xs=xs, ys=xs @ w.T, x_query=x_query, y_query=jnp.zeros(d_y))
