# misconception: not-centred
import jax.numpy as jnp


def task_vectors(streams, concepts, n_concepts):
    means = jnp.stack([streams[concepts == c].mean(axis=0) for c in range(n_concepts)])
    return means
