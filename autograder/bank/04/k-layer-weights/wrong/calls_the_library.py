# misconception: none
from icl_course import constructions


def k_layer_weights(n_context, w_0, learning_rates):
    return constructions.gradient_steps(w_0, n_context=n_context, learning_rates=learning_rates)
