# route: one long vector by ravel_pytree, and back
import jax
from jax.flatten_util import ravel_pytree


def tree_step(loss, params, learning_rate):
    flat, unravel = ravel_pytree(params)
    slopes = jax.grad(lambda vector: loss(unravel(vector)))(flat)
    return unravel(flat - learning_rate * slopes)
