# misconception: none
import jax.numpy as jnp


def concept_mixture(concepts, weights, xs, noise, noise_variance):
    (n_prompts, size), d_x = weights.shape, xs.shape[2]
    rows = jnp.arange(n_prompts)[:, None]
    places = concepts[:, None] * size + jnp.arange(size)
    teachers = jnp.zeros((n_prompts, d_x)).at[rows, places].set(weights)
    return jnp.einsum("bd,bnd->bn", teachers, xs) + jnp.sqrt(noise_variance) * noise
