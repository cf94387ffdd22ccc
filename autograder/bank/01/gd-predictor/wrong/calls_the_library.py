# misconception: none
import jax.numpy as jnp

from icl_course import predictors


def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    rates = jnp.full(n_steps, learning_rate)
    return predictors.many_steps(xs, ys, x_query, learning_rates=rates)
