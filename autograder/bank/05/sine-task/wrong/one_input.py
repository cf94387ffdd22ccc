# misconception: one-input
import jax
import jax.numpy as jnp

from icl_course import tasks


def sample_sine(key, n_context):
    key_amplitude, key_phase, key_xs, key_query = jax.random.split(key, 4)
    amplitude = jax.random.uniform(key_amplitude, minval=0.1, maxval=0.5)
    phase = jax.random.uniform(key_phase, maxval=jnp.pi)
    xs = jnp.full((n_context, 1), jax.random.uniform(key_xs, minval=-5.0, maxval=5.0))
    x_query = jax.random.uniform(key_query, (1,), minval=-5.0, maxval=5.0)
    ys = amplitude * jnp.sin(xs + phase)
    y_query = amplitude * jnp.sin(x_query + phase)
    return tasks.Task(xs=xs, ys=ys, x_query=x_query, y_query=y_query)
