# misconception: n-steps-ignored
import jax


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    likeness = jax.vmap(lambda x: kernel(x, x_query))(xs)
    return learning_rate / len(xs) * likeness @ ys
