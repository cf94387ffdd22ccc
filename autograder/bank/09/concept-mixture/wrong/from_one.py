# misconception: from-one
import jax.numpy as jnp


def concept_mixture(concepts, weights, xs, noise, noise_variance):
    (n_prompts, size), d_x = weights.shape, xs.shape[2]
    rows = jnp.arange(n_prompts)[:, None]
    places = (concepts[:, None] + 1) * size + jnp.arange(size)
    places = places % d_x
    teachers = jnp.zeros((n_prompts, d_x)).at[rows, places].set(weights)
    return teachers, jnp.einsum("bd,bnd->bn", teachers, xs) + jnp.sqrt(noise_variance) * noise
