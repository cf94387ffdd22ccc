# misconception: teacher-per-example
import jax
import jax.numpy as jnp

from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    key_w, key_xs, key_query = jax.random.split(key, 3)
    w = jax.random.normal(key_w, (n_context + 1, d_y, d_x))
    xs = jax.random.uniform(key_xs, (n_context, d_x), minval=-input_range, maxval=input_range)
    x_query = jax.random.uniform(key_query, (d_x,), minval=-input_range, maxval=input_range)
    ys = jnp.einsum("iyx,ix->iy", w[:-1], xs)
    return tasks.Task(xs=xs, ys=ys, x_query=x_query, y_query=w[-1] @ x_query)
