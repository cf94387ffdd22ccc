# misconception: one-draw-for-both
import jax
import jax.numpy as jnp


def projected_task(seed, images, labels, d_x, n_classes):
    n_pixels = images.shape[1]
    a = jax.random.normal(jax.random.key(seed), (d_x, n_pixels)) / jnp.sqrt(n_pixels)
    ranks = jnp.argsort(jnp.argsort(a[0, :n_classes]))
    return images @ a.T, ranks[labels]
