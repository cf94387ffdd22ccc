# route: forward-mode derivatives of a flat vector
import jax
from jax.flatten_util import ravel_pytree


def tree_step(loss, params, learning_rate):
    flat, unravel = ravel_pytree(params)
    return unravel(flat - learning_rate * jax.jacfwd(lambda vector: loss(unravel(vector)))(flat))
