# route: one template layer whose keys are scaled by the step size
import equinox as eqx
import jax.numpy as jnp

from icl_course import constructions


def k_layer_weights(n_context, w_0, learning_rates):
    template = constructions.gradient_step(w_0, n_context=n_context, learning_rate=1.0)
    layers = []
    for k in range(learning_rates.shape[0]):
        scaled = template.w_k * learning_rates[k]
        layers.append(eqx.tree_at(lambda layer: layer.w_k, template, jnp.asarray(scaled)))
    return layers
