# misconception: first-step-only
import jax.numpy as jnp

from icl_course import constructions


def k_layer_weights(n_context, w_0, learning_rates):
    rates = jnp.zeros_like(learning_rates).at[0].set(learning_rates[0])
    return [
        constructions.gradient_step(w_0, n_context=n_context, learning_rate=rate) for rate in rates
    ]
