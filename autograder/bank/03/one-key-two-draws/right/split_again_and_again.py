# route: the key is replaced at every draw
import jax
import jax.numpy as jnp

from icl_course import tasks


def sample_sine(key, n_context):
    key, now = jax.random.split(key)
    amplitude = jax.random.uniform(now, (1,), minval=0.1, maxval=0.5)
    key, now = jax.random.split(key)
    phase = jax.random.uniform(now, (1,), maxval=jnp.pi)
    key, now = jax.random.split(key)
    xs = jax.random.uniform(now, (n_context, 1), minval=-5.0, maxval=5.0)
    x_query = jax.random.uniform(key, (1,), minval=-5.0, maxval=5.0)

    def wave(x):
        return amplitude * jnp.sin(x + phase)

    return tasks.Task(xs, wave(xs), x_query, wave(x_query))
