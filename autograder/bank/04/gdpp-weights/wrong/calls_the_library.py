# misconception: none
import jax.numpy as jnp

from icl_course import constructions


def gdpp_weights(n_context, d_x, learning_rate, gamma):
    return constructions.gd_plus_plus_step(
        jnp.zeros((1, d_x)), n_context=n_context, learning_rate=learning_rate, gamma=gamma
    )
