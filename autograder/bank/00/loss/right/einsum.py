# route: one einsum for the residuals, one for their squares
import jax.numpy as jnp


def loss(w, xs, ys):
    residuals = jnp.einsum("ab,ib->ia", w, xs) - ys
    return 0.5 * jnp.einsum("ia,ia->", residuals, residuals) / ys.shape[0]
