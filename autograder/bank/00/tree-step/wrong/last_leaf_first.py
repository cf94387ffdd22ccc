# misconception: last-leaf-first
import jax


def tree_step(loss, params, learning_rate):
    leaves, form = jax.tree.flatten(params)
    for index in reversed(range(len(leaves))):
        slopes = jax.tree.leaves(jax.grad(loss)(jax.tree.unflatten(form, leaves)))
        leaves[index] = leaves[index] - learning_rate * slopes[index]
    return jax.tree.unflatten(form, leaves)
