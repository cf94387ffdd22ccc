# misconception: none
import jax


def tree_step(loss, params, learning_rate):
    slopes = jax.grad(loss)(params)
    return {name: leaf - learning_rate * slopes[name] for name, leaf in params.items()}
