# misconception: unit-length
import jax.numpy as jnp


def task_vectors(streams, concepts, n_concepts):
    means = jnp.stack([streams[concepts == c].mean(axis=0) for c in range(n_concepts)])
    vectors = means - means.mean(axis=0)
    return vectors / jnp.linalg.norm(vectors, axis=1, keepdims=True)
