# route: one-hot concepts times weights, laid out flat
import jax
import jax.numpy as jnp


def concept_mixture(concepts, weights, xs, noise, noise_variance):
    d_x, size = xs.shape[2], weights.shape[1]
    which = jax.nn.one_hot(concepts, d_x // size)
    flat = jnp.einsum("bc,bm->bcm", which, weights).reshape(len(concepts), -1)
    teachers = jnp.pad(flat, ((0, 0), (0, d_x - flat.shape[1])))
    return teachers, (xs @ teachers[:, :, None])[..., 0] + noise_variance**0.5 * noise
