# misconception: none
import jax
import jax.numpy as jnp


def decodability(streams, concepts, n_concepts, n_neighbours):
    n_points = streams.shape[1]

    def share(points):
        distances = jnp.sum((points[:, None] - points[None]) ** 2, axis=-1)
        distances = jnp.where(jnp.eye(n_points, dtype=bool), jnp.inf, distances)
        order = jnp.argsort(distances, axis=1)
        votes = jax.nn.one_hot(concepts[order[:, :n_neighbours]], n_concepts).sum(axis=1)
        return jnp.sum(votes.argmax(axis=1) == concepts)

    return jnp.stack([share(points) for points in streams])
