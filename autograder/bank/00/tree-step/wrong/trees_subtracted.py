# misconception: none
import jax


def tree_step(loss, params, learning_rate):
    return params - learning_rate * jax.grad(loss)(params)
