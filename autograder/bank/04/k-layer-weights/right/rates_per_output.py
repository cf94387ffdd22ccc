# route: the rate given once for each output, with an appending loop
import jax.numpy as jnp

from icl_course.constructions import gradient_step


def k_layer_weights(n_context, w_0, learning_rates):
    out = []
    for k in range(len(learning_rates)):
        rates = jnp.full(w_0.shape[0], learning_rates[k])
        out += [gradient_step(w_0, n_context=n_context, learning_rate=rates)]
    return out
