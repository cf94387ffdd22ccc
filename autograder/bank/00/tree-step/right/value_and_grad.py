# route: value_and_grad under jit
import jax


def tree_step(loss, params, learning_rate):
    @jax.jit
    def slopes_of(tree):
        return jax.value_and_grad(loss)(tree)[1]

    return jax.tree.map(lambda a, b: a - b * learning_rate, params, slopes_of(params))
