# route: segment sums
import jax
import jax.numpy as jnp


def task_vectors(streams, concepts, n_concepts):
    sums = jax.ops.segment_sum(streams, concepts, n_concepts)
    means = sums / jnp.bincount(concepts, length=n_concepts)[:, None]
    return means - jnp.sum(means, axis=0, keepdims=True) / n_concepts
