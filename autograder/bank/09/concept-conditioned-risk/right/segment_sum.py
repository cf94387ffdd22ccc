# route: segment sums
import jax
import jax.numpy as jnp


def concept_risk(predictions, ys, concepts, n_concepts):
    sums = jax.ops.segment_sum(0.5 * jnp.square(ys - predictions), concepts, n_concepts)
    return sums / jnp.bincount(concepts, length=n_concepts)[:, None]
