# misconception: none
import jax.numpy as jnp

from icl_course import descent


def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    w = jnp.zeros((ys.shape[1], xs.shape[1]))
    for _ in range(n_steps):
        w = w - learning_rate * descent.gradient(w, xs, ys)
    return w
