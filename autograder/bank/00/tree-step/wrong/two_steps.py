# misconception: none
import jax


def tree_step(loss, params, learning_rate):
    slopes = jax.grad(loss)(params)
    once = jax.tree.map(lambda leaf, slope: leaf - learning_rate * slope, params, slopes)
    slopes = jax.grad(loss)(once)
    return jax.tree.map(lambda leaf, slope: leaf - learning_rate * slope, once, slopes)
