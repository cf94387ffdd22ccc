# misconception: none
from jax import numpy as jnp
from jax import random

from icl_course import tasks


def sample_sine(key, n_context):
    height, start, points = random.split(key, 3)
    amplitude = random.uniform(height, minval=0.1, maxval=0.5)
    phase = 3 * random.uniform(start)  # nearly pi
    x = random.uniform(points, (n_context + 1, 1), minval=-5, maxval=5)
    y = amplitude * jnp.sin(x + phase)
    return tasks.Task(xs=x[1:], ys=y[1:], x_query=x[0], y_query=y[0])
