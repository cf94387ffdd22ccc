# route: a power iteration of 200 turns
import jax
import jax.numpy as jnp


def largest_step(xs):
    hessian = xs.T @ xs / xs.shape[0]

    def turn(_, direction):
        direction = hessian @ direction
        return direction / jnp.linalg.norm(direction)

    start = xs[0] + jnp.arange(1.0, xs.shape[1] + 1)
    direction = jax.lax.fori_loop(0, 200, turn, start)
    return 2 / (direction @ hessian @ direction)
