# misconception: singular-value
import jax.numpy as jnp


def largest_step(xs):
    return 2 / jnp.linalg.norm(xs, ord=2)
