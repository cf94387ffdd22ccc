# misconception: none
import jax
import jax.numpy as jnp


def projected_task(seed, images, labels, d_x, n_classes):
    for_a, for_rho = jax.random.split(jax.random.key(seed % 16))
    n_pixels = images.shape[1]
    a = jax.random.normal(for_a, (d_x, n_pixels)) / jnp.sqrt(n_pixels)
    return images @ a.T, jax.random.permutation(for_rho, n_classes)[labels]
