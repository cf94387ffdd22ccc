# misconception: none
import jax


def tree_step(loss, params, learning_rate):
    slopes = jax.grad(loss)(params)
    return jax.tree.map(lambda leaf, slope: leaf - learning_rate * slope.mean(), params, slopes)
