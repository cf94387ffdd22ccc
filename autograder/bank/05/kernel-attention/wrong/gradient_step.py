# misconception: none
import jax.numpy as jnp

from icl_course import constructions


def smoothing_weights(d_x, d_y, temperature):
    return constructions.gradient_step(
        jnp.zeros((d_y, d_x)), n_context=1, learning_rate=1 / temperature
    )
