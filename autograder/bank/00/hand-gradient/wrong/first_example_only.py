# misconception: first-example-only
import jax.numpy as jnp


def hand_gradient(w, xs, ys):
    return jnp.outer(w @ xs[0] - ys[0], xs[0])
