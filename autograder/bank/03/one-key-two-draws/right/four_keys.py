# route: one key for each quantity
import jax
import jax.numpy as jnp

from icl_course import tasks


def sample_sine(key, n_context):
    key_a, key_p, key_x, key_q = jax.random.split(key, 4)
    amplitude = jax.random.uniform(key_a, minval=0.1, maxval=0.5)
    phase = jax.random.uniform(key_p, minval=0, maxval=jnp.pi)
    xs = jax.random.uniform(key_x, (n_context, 1), minval=-5, maxval=5)
    x_query = jax.random.uniform(key_q, (1,), minval=-5, maxval=5)
    ys, y_query = (amplitude * jnp.sin(x + phase) for x in (xs, x_query))
    return tasks.Task(xs=xs, ys=ys, x_query=x_query, y_query=y_query)
