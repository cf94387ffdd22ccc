# route: the step as a tree of its own, then a sum of trees
import jax
import jax.numpy as jnp


def tree_step(loss, params, learning_rate):
    slopes = jax.grad(loss)(params)
    step = jax.tree.map(lambda slope: -learning_rate * slope, slopes)
    return jax.tree.map(jnp.add, params, step)
