# misconception: places-averaged
import jax.numpy as jnp


def concept_risk(predictions, ys, concepts, n_concepts):
    rows = []
    for concept in range(n_concepts):
        errors = (predictions - ys)[concepts == concept]
        rows.append(jnp.full(ys.shape[1], jnp.mean(errors**2) / 2))
    return jnp.stack(rows)
