# misconception: own-residual-only
import jax
import jax.numpy as jnp


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    own = jax.vmap(lambda x: kernel(x, x))(xs)
    likeness = jax.vmap(lambda x: kernel(x, x_query))(xs)
    f, f_query = jnp.zeros_like(ys), jnp.zeros(ys.shape[1])
    for _ in range(n_steps):
        residuals = f - ys
        f_query = f_query - learning_rate / len(xs) * likeness @ residuals
        f = f - learning_rate / len(xs) * own[:, None] * residuals
    return f_query
