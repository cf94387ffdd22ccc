# misconception: none
import jax
import jax.numpy as jnp


def concept_mixture(concepts, weights, xs, noise, noise_variance):
    d_x, size = xs.shape[2], weights.shape[1]
    which = jax.nn.one_hot(concepts, d_x // size)
    teachers = (which[:, :, None] * weights[:, None]).reshape(len(concepts), d_x)
    return teachers, jnp.einsum("bnd,bd->bn", xs, teachers) + jnp.sqrt(noise_variance) * noise
