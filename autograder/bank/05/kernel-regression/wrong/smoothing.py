# misconception: smoothing
import jax
import jax.numpy as jnp


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    likeness = jax.vmap(lambda x: kernel(x, x_query))(xs)
    return likeness @ ys / jnp.sum(likeness)
