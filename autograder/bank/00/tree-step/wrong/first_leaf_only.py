# misconception: none
import jax


def tree_step(loss, params, learning_rate):
    leaves, form = jax.tree.flatten(params)
    slopes = jax.tree.leaves(jax.grad(loss)(params))
    leaves[0] = leaves[0] - learning_rate * slopes[0]
    return jax.tree.unflatten(form, leaves)
