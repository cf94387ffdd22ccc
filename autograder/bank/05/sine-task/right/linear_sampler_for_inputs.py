# route: the library's linear sampler gives the inputs
import jax
import jax.numpy as jnp

from icl_course import tasks


def sample_sine(key, n_context):
    first, second, third = jax.random.split(key, 3)
    inputs = tasks.sample_linear(first, n_context=n_context, d_x=1, input_range=5.0)
    height = jax.random.uniform(second, (1,), minval=0.1, maxval=0.5)
    shift = jax.random.uniform(third, (1,), minval=0.0, maxval=jnp.pi)
    return tasks.Task(
        xs=inputs.xs,
        ys=jnp.sin(inputs.xs + shift) * height,
        x_query=inputs.x_query,
        y_query=jnp.sin(inputs.x_query + shift) * height,
    )
