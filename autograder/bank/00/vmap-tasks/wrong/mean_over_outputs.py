# misconception: mean-over-outputs
import jax.numpy as jnp


def loss_table(ws, xs, ys):
    residuals = jnp.einsum("myx,tix->tmiy", ws, xs) - ys[:, None]
    return jnp.mean(residuals**2, axis=(2, 3)) / 2
