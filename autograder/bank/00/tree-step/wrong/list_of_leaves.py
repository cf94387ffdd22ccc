# misconception: none
import jax


def tree_step(loss, params, learning_rate):
    pairs = zip(jax.tree.leaves(params), jax.tree.leaves(jax.grad(loss)(params)), strict=True)
    return [leaf - learning_rate * slope for leaf, slope in pairs]
