# misconception: factor-2
import jax


def tree_step(loss, params, learning_rate):
    slopes = jax.grad(loss)(params)
    return jax.tree.map(lambda leaf, slope: leaf - 2 * learning_rate * slope, params, slopes)
