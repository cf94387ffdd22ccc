# misconception: gradient-returned
import jax


def tree_step(loss, params, learning_rate):
    return jax.grad(loss)(params)
