# misconception: none
import jax


def tree_step(loss, params, learning_rate):
    slopes = jax.grad(loss)(params)
    if isinstance(params, dict):
        return {name: leaf - learning_rate * slopes[name] for name, leaf in params.items()}
    return params - learning_rate * slopes
