# route: keys by fold_in, one for every point
import jax
import jax.numpy as jnp

from icl_course.tasks import Task


def sample_sine(key, n_context):
    def draw(number, low, high):
        return jax.random.uniform(jax.random.fold_in(key, number), (), minval=low, maxval=high)

    amplitude, phase = draw(0, 0.1, 0.5), draw(1, 0.0, jnp.pi)
    points = jnp.stack([draw(2 + i, -5.0, 5.0) for i in range(n_context + 1)])[:, None]
    heights = amplitude * jnp.sin(points + phase)
    return Task(xs=points[:-1], ys=heights[:-1], x_query=points[-1], y_query=heights[-1])
