# misconception: none
import jax


def tree_step(loss, params, learning_rate):
    return jax.tree.map(lambda leaf, slope: leaf - learning_rate * slope, params, jax.grad(loss))
