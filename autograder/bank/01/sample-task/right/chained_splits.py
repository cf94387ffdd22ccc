# route: keys split off one after the other
import jax

from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    key, subkey = jax.random.split(key)
    x_query = tasks.uniform_inputs(subkey, (d_x,), input_range=input_range)
    key, subkey = jax.random.split(key)
    xs = tasks.uniform_inputs(subkey, (n_context, d_x), input_range=input_range)
    key, subkey = jax.random.split(key)
    w = jax.random.normal(subkey, (d_y, d_x))
    ys = jax.vmap(lambda x: w @ x)(xs)
    return tasks.Task(xs=xs, ys=ys, x_query=x_query, y_query=w @ x_query)
