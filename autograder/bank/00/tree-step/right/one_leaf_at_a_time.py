# route: one leaf's derivative at a time, all at the old parameters
import jax


def tree_step(loss, params, learning_rate):
    leaves, form = jax.tree.flatten(params)

    def moved(index):
        def of_leaf(leaf):
            return loss(jax.tree.unflatten(form, [*leaves[:index], leaf, *leaves[index + 1 :]]))

        return leaves[index] - learning_rate * jax.grad(of_leaf)(leaves[index])

    return jax.tree.unflatten(form, [moved(index) for index in range(len(leaves))])
