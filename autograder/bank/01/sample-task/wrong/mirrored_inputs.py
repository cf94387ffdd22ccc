# misconception: none
import jax
import jax.numpy as jnp

from icl_course.tasks import Task


def sample_task(key, n_context, d_x, d_y, input_range):
    key_w, key_xs, key_query = jax.random.split(key, 3)
    w = jax.random.normal(key_w, (d_y, d_x))
    half = jax.random.uniform(key_xs, ((n_context + 1) // 2, d_x)) * 2 - 1
    xs = input_range * jnp.concatenate([half, -half])[:n_context]  # the mean is 0 at once
    x_query = input_range * (2 * jax.random.uniform(key_query, (d_x,)) - 1)
    return Task(xs=xs, ys=jnp.matmul(xs, w.T), x_query=x_query, y_query=jnp.matmul(w, x_query))
