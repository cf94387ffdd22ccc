# misconception: one-step-at-least
import jax
import jax.numpy as jnp


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    like = jax.vmap(kernel, in_axes=(0, None))
    table = jnp.stack([like(xs, x) for x in xs])
    share = learning_rate / len(xs)
    residuals = ys
    f_query = share * like(xs, x_query) @ residuals  # the step from f = 0
    for _ in range(n_steps - 1):
        residuals = residuals - share * table @ residuals
        f_query = f_query + share * like(xs, x_query) @ residuals
    return f_query
