# route: context and query from one draw, parted afterwards
import jax

from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    key_w, key_inputs = jax.random.split(key)
    w = jax.random.normal(key_w, (d_y, d_x))
    inputs = jax.random.uniform(
        key_inputs, (n_context + 1, d_x), minval=-input_range, maxval=input_range
    )
    targets = inputs @ w.T
    return tasks.Task(
        xs=inputs[1:], ys=targets[1:], x_query=inputs[0], y_query=targets[0]
    )
