# misconception: step-returned
import jax


def tree_step(loss, params, learning_rate):
    return jax.tree.map(lambda slope: -learning_rate * slope, jax.grad(loss)(params))
