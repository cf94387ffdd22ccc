# misconception: none
import jax.numpy as jnp

from icl_course import constructions


def k_layer_weights(n_context, w_0, learning_rates):
    return [
        constructions.gradient_step(w_0.T, n_context=n_context, learning_rate=rate)
        for rate in learning_rates
    ]
