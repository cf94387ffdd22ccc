# misconception: in-blocks
import jax.numpy as jnp


def concept_risk(predictions, ys, concepts, n_concepts):
    blocks = jnp.array_split((predictions - ys) ** 2 / 2, n_concepts)
    return jnp.stack([block.mean(axis=0) for block in blocks])
