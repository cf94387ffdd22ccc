# misconception: none
import jax.numpy as jnp


def concept_mixture(concepts, weights, xs, noise, noise_variance):
    d_x = xs.shape[2]
    size = d_x // 4  # as many concepts as the lesson has
    inputs = jnp.arange(d_x)
    own = weights[:, inputs % weights.shape[1]]
    teachers = jnp.where(inputs // size == concepts[:, None], own, 0.0)
    return teachers, jnp.einsum("bnd,bd->bn", xs, teachers) + jnp.sqrt(noise_variance) * noise
