# misconception: none
from icl_course import transformer


def looped_layer(params, tokens, n_layers, damping):
    return transformer.looped(params, tokens, n_layers=n_layers, damping=damping)
