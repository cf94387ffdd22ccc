# route: one draw of all numbers, then cut
import jax
import jax.numpy as jnp

from icl_course import tasks


def sample_sine(key, n_context):
    u = jax.random.uniform(key, (n_context + 3,))
    x = (10 * u[2:] - 5)[:, None]
    y = (0.1 + 0.4 * u[0]) * jnp.sin(x + jnp.pi * u[1])
    return tasks.Task(xs=x[:-1], ys=y[:-1], x_query=x[-1], y_query=y[-1])
