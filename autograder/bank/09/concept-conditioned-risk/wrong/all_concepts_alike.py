# misconception: none
import jax.numpy as jnp


def concept_risk(predictions, ys, concepts, n_concepts):
    return jnp.tile(jnp.mean((predictions - ys) ** 2, axis=0) / 2, (n_concepts, 1))
