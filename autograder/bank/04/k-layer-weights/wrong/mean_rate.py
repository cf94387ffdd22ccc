# misconception: mean-rate-for-all
import jax.numpy as jnp

from icl_course import constructions


def k_layer_weights(n_context, w_0, learning_rates):
    return [
        constructions.gradient_step(w_0, n_context=n_context, learning_rate=learning_rates.mean())
        for rate in learning_rates
    ]
