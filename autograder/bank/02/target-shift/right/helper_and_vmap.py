# route: a helper gives one example's gradient; vmap maps it over examples and then over targets
import jax
import jax.numpy as jnp


def example_gradient(w, x, y):
    return jnp.outer(w @ x - y, x)


def target_shift(xs, ys, w_0, learning_rate):
    gradients = jax.vmap(example_gradient, in_axes=(None, 0, 0))(w_0, xs, ys)
    delta_w = -learning_rate * gradients.mean(axis=0)
    return jax.vmap(lambda x, y: y - delta_w @ x)(xs, ys)
