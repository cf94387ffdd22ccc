# route: a key for every example, mapped over examples
import jax

from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    key_w, key_query, key_context = jax.random.split(key, 3)
    teacher = jax.random.normal(key_w, (d_x, d_y))

    def example(key_x):
        x = input_range * (1 - 2 * jax.random.uniform(key_x, (d_x,)))
        return x, x @ teacher

    xs, ys = jax.vmap(example)(jax.random.split(key_context, n_context))
    x_query, y_query = example(key_query)
    return tasks.Task(xs=xs, ys=ys, x_query=x_query, y_query=y_query)
