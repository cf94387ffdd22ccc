# misconception: none
import jax
import jax.numpy as jnp


def projected_task(seed, images, labels, d_x, n_classes):
    n_pixels = images.shape[1]
    a = jax.random.normal(jax.random.key(seed // 2), (d_x, n_pixels)) / jnp.sqrt(n_pixels)
    rho = jax.random.permutation(jax.random.key(2 * seed), n_classes)
    return images @ a.T, rho[labels]
