# route: one draw for all points, the wave from sine and cosine
import jax
import jax.numpy as jnp

from icl_course import tasks


def sample_sine(key, n_context):
    key_wave, key_points = jax.random.split(key)
    share = jax.random.uniform(key_wave, (2,))
    amplitude, phase = 0.1 + 0.4 * share[0], jnp.pi * share[1]
    points = 10 * jax.random.uniform(key_points, (n_context + 1, 1)) - 5
    heights = amplitude * (jnp.cos(phase) * jnp.sin(points) + jnp.sin(phase) * jnp.cos(points))
    return tasks.Task(xs=points[:-1], ys=heights[:-1], x_query=points[-1], y_query=heights[-1])
