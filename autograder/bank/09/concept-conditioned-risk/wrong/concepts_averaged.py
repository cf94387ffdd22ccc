# misconception: concepts-averaged
import jax.numpy as jnp


def concept_risk(predictions, ys, concepts, n_concepts):
    rows = []
    for concept in range(n_concepts):
        errors = (predictions - ys)[concepts == concept]
        rows.append(jnp.mean(errors**2, axis=0) / 2)
    return jnp.tile(jnp.stack(rows).mean(axis=0), (n_concepts, 1))
