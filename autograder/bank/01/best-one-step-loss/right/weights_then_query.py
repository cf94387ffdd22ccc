# route: the distance of the weights, times half the variance, in JAX
import jax.numpy as jnp


def best_one_step_loss(input_range, n_context, d_x):
    variance = jnp.square(input_range) / 3
    kept = 1 - n_context / (n_context + d_x - 0.2)
    distance = d_x * kept
    return 0.5 * variance * distance
