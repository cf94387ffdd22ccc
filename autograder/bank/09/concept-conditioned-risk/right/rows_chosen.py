# route: rows of each concept
import jax.numpy as jnp


def concept_risk(predictions, ys, concepts, n_concepts):
    rows = []
    for concept in range(n_concepts):
        chosen = concepts == concept
        rows.append(jnp.mean((predictions[chosen] - ys[chosen]) ** 2, axis=0) / 2)
    return jnp.stack(rows)
