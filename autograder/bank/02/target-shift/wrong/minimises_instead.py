# misconception: none
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    w_best = jnp.linalg.lstsq(xs, ys)[0].T
    return ys - learning_rate * xs @ (w_best - w_0).T
