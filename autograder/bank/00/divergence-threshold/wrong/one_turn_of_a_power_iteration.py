# misconception: none
import jax.numpy as jnp


def largest_step(xs):
    hessian = xs.T @ xs / len(xs)
    direction = hessian @ jnp.ones(xs.shape[1])
    return 2 * (direction @ direction) / (direction @ hessian @ direction)
