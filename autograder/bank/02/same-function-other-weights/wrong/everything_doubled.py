# misconception: queries-same-side
import jax


def other_weights(params, key):
    return jax.tree.map(lambda w: 2 * w, params)
