# misconception: query-moved-last
import jax
import jax.numpy as jnp


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    gram = jax.vmap(lambda x: jax.vmap(lambda z: kernel(x, z))(xs))(xs)
    likeness = jax.vmap(lambda x: kernel(x, x_query))(xs)
    f, f_query = jnp.zeros_like(ys), jnp.zeros(ys.shape[1])
    for _ in range(n_steps):
        f = f - learning_rate / len(xs) * gram @ (f - ys)
        f_query = f_query - learning_rate / len(xs) * likeness @ (f - ys)
    return f_query
