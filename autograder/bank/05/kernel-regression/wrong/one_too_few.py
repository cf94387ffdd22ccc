# misconception: one-step-too-few
import jax
import jax.numpy as jnp


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    points = jnp.concatenate([xs, x_query[None]])
    table = jax.vmap(lambda p: jax.vmap(lambda x: kernel(p, x))(xs))(points)
    f = jnp.zeros((len(points), ys.shape[1]))
    for _ in range(n_steps - 1):
        f = f - learning_rate / len(xs) * table @ (f[:-1] - ys)
    return f[-1]
