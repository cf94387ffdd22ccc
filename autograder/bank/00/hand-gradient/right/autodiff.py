# route: jax.grad of a loss written out here
import jax
import jax.numpy as jnp


def hand_gradient(w, xs, ys):
    def half_mean_square(weights):
        return jnp.sum((xs @ weights.T - ys) ** 2) / (2 * len(xs))

    return jax.grad(half_mean_square)(w)
