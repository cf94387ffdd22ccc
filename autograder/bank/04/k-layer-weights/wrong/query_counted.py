# misconception: query-counted
import jax.numpy as jnp

from icl_course import constructions


def k_layer_weights(n_context, w_0, learning_rates):
    return [
        constructions.gradient_step(w_0, n_context=n_context + 1, learning_rate=rate)
        for rate in learning_rates
    ]
