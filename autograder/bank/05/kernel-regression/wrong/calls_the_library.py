# misconception: none
from icl_course import kernels


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    return kernels.kernel_descent(
        kernel, xs, ys, x_query, learning_rate=learning_rate, n_steps=n_steps
    )
