# route: one einsum per product, with the sum over examples in the subscripts
import jax.numpy as jnp


def target_shift(xs, ys, w_0, learning_rate):
    residuals = jnp.einsum("yx,ix->iy", w_0, xs) - ys
    delta_w = -learning_rate / len(xs) * jnp.einsum("iy,ix->yx", residuals, xs)
    return ys - jnp.einsum("yx,jx->jy", delta_w, xs)
