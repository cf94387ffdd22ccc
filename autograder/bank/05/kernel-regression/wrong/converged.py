# misconception: none
import jax
import jax.numpy as jnp


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    gram = jax.vmap(lambda x: jax.vmap(lambda z: kernel(x, z))(xs))(xs)
    likeness = jax.vmap(lambda x: kernel(x, x_query))(xs)
    return likeness @ jnp.linalg.solve(gram, ys)
