# misconception: dense
import jax.numpy as jnp


def concept_mixture(concepts, weights, xs, noise, noise_variance):
    d_x, size = xs.shape[2], weights.shape[1]
    teachers = jnp.tile(weights, (1, d_x // size + 1))[:, :d_x]
    return teachers, jnp.einsum("bd,bnd->bn", teachers, xs) + jnp.sqrt(noise_variance) * noise
