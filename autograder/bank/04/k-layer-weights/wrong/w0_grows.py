# misconception: w0-added-in-every-layer
from icl_course import constructions


def k_layer_weights(n_context, w_0, learning_rates):
    layers = []
    for k, rate in enumerate(learning_rates):
        layers.append(
            constructions.gradient_step((k + 1) * w_0, n_context=n_context, learning_rate=rate)
        )
    return layers
