# route: a mean with where
import jax
import jax.numpy as jnp


def concept_risk(predictions, ys, concepts, n_concepts):
    losses = (predictions - ys) ** 2

    def one(concept):
        return 0.5 * jnp.mean(losses, axis=0, where=(concepts == concept)[:, None])

    return jax.vmap(one)(jnp.arange(n_concepts))
