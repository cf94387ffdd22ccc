# misconception: centroids
import jax.numpy as jnp


def decodability(streams, concepts, n_concepts, n_neighbours):
    shares = []
    for points in streams:
        means = jnp.stack([points[concepts == c].mean(axis=0) for c in range(n_concepts)])
        far = jnp.sum((points[:, None] - means[None]) ** 2, axis=-1)
        shares.append(jnp.mean(far.argmin(axis=1) == concepts))
    return jnp.stack(shares)
