# route: one einsum over examples
import jax.numpy as jnp


def hand_gradient(w, xs, ys):
    residuals = jnp.einsum("ab,ib->ia", w, xs) - ys
    return jnp.einsum("ia,ib->ab", residuals, xs) / xs.shape[0]
