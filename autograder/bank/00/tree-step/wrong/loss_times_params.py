# misconception: none
import jax


def tree_step(loss, params, learning_rate):
    value = loss(params)
    return jax.tree.map(lambda leaf: leaf - learning_rate * value * leaf, params)
