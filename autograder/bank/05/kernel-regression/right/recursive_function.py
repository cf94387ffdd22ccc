# route: f written as a function of x that calls the f before
import jax.numpy as jnp


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    points = [*xs, x_query]
    values = [jnp.zeros(ys.shape[1]) for _ in points]
    for _ in range(n_steps):
        values = [
            value
            - learning_rate
            / len(xs)
            * sum((values[i] - ys[i]) * kernel(xs[i], point) for i in range(len(xs)))
            for value, point in zip(values, points)
        ]
    return values[-1]
