# route: mean of differences to every concept
import jax
import jax.numpy as jnp


def task_vectors(streams, concepts, n_concepts):
    def mean(c):
        return jnp.mean(streams, axis=0, where=(concepts == c)[:, None])

    means = jax.vmap(mean)(jnp.arange(n_concepts))
    return jnp.mean(means[:, None, :] - means[None, :, :], axis=1)
