# misconception: no-update
import jax


def tree_step(loss, params, learning_rate):
    slopes = jax.grad(loss)(params)
    jax.tree.map(lambda leaf, slope: leaf - learning_rate * slope, params, slopes)
    return params
