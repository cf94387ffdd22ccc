# misconception: one-draw-for-both
import jax
import jax.numpy as jnp


def projected_task(seed, images, labels, d_x, n_classes):
    key = jax.random.key(seed)
    n_pixels = images.shape[1]
    a = jax.random.normal(key, (d_x, n_pixels)) / jnp.sqrt(n_pixels)
    rho = jnp.argsort(jax.random.uniform(key, (n_classes,)))
    return images @ a.T, rho[labels]
