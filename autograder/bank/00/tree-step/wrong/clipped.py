# misconception: none
import jax
import jax.numpy as jnp


def tree_step(loss, params, learning_rate):
    slopes = jax.grad(loss)(params)
    return jax.tree.map(
        lambda leaf, slope: leaf - learning_rate * jnp.clip(slope, -1, 1), params, slopes
    )
