# misconception: none
import jax.numpy as jnp

from icl_course import descent


def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    w = jnp.zeros((ys.shape[1], xs.shape[1]))
    while True:
        w = w - learning_rate * descent.gradient(w, xs, ys)
        n_steps -= 1
        if n_steps <= 0:
            return jnp.matmul(w, x_query)
