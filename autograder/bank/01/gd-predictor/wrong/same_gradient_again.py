# misconception: gradient-of-the-start
import jax.numpy as jnp

from icl_course import descent


def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    start = jnp.zeros((ys.shape[1], xs.shape[1]))
    w = start - n_steps * learning_rate * descent.gradient(start, xs, ys)
    return w @ x_query
