# misconception: square-of-mean
import jax.numpy as jnp


def concept_risk(predictions, ys, concepts, n_concepts):
    rows = []
    for concept in range(n_concepts):
        errors = (predictions - ys)[concepts == concept]
        rows.append(jnp.mean(errors, axis=0) ** 2 / 2)
    return jnp.stack(rows)
