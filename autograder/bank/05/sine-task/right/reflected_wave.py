# route: phase counted from the other end: sin(pi - u) = sin u
import jax
import jax.numpy as jnp

from icl_course import tasks


def sample_sine(key, n_context):
    k1, k2, k3, k4 = jax.random.split(key, 4)
    amplitude = 0.5 - 0.4 * jax.random.uniform(k1)
    back = jnp.pi * jax.random.uniform(k2)
    xs = jax.random.uniform(k3, (n_context, 1), minval=-5, maxval=5)
    x_query = jax.random.uniform(k4, (1,), minval=-5, maxval=5)
    wave = lambda x: amplitude * jnp.sin(back - x)
    return tasks.Task(xs=xs, ys=wave(xs), x_query=x_query, y_query=wave(x_query))
