# misconception: none
from icl_course import tasks


def sample_task(key, n_context, d_x, d_y, input_range):
    return tasks.sample_linear(
        key, n_context=n_context, d_x=d_x, d_y=d_y, input_range=input_range
    )
