# misconception: own-example-only
import jax
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    def one(x, y):
        delta_w = -learning_rate / len(xs) * jnp.outer(w_0 @ x - y, x)
        return y - delta_w @ x

    return jax.vmap(one)(xs, ys)
