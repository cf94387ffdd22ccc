# misconception: key-used-after-split
import jax
import jax.numpy as jnp

from icl_course.tasks import Task


def sample_task(key, n_context, d_x, d_y, input_range):
    key_xs, key_query = jax.random.split(key)
    w = jax.random.normal(key, (d_y, d_x))  # the key that was split
    xs = input_range * (2 * jax.random.uniform(key_xs, (n_context, d_x)) - 1)
    x_query = input_range * (2 * jax.random.uniform(key_query, (d_x,)) - 1)
    return Task(xs=xs, ys=jnp.matmul(xs, w.T), x_query=x_query, y_query=jnp.matmul(w, x_query))
