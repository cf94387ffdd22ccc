# route: coefficients of the kernel functions, loops for the Gram matrix
import jax.numpy as jnp


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    gram = jnp.array([[kernel(x, z) for z in xs] for x in xs])
    coefficients = jnp.zeros_like(ys)
    for _ in range(n_steps):
        coefficients -= learning_rate / len(xs) * (gram @ coefficients - ys)
    return jnp.array([kernel(x_query, x) for x in xs]) @ coefficients
