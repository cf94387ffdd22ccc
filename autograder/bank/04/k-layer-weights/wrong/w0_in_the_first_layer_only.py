# misconception: w0-in-the-first-layer-only
import jax.numpy as jnp

from icl_course import constructions


def k_layer_weights(n_context, w_0, learning_rates):
    layers = []
    start = w_0
    for rate in learning_rates:
        layers.append(constructions.gradient_step(start, n_context=n_context, learning_rate=rate))
        start = jnp.zeros_like(w_0)  # the slots hold residuals from now on
    return layers
