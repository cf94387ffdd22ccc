# route: the gradient of one example, vmap, the mean
import jax
import jax.numpy as jnp


def hand_gradient(w, xs, ys):
    def one(x, y):
        return jnp.outer(w @ x - y, x)

    return jax.vmap(one)(xs, ys).mean(axis=0)
