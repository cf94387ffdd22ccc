# route: the mean over all entries, times the number of outputs
import jax.numpy as jnp


def loss(w, xs, ys):
    return ys.shape[1] * jnp.mean(jnp.square(xs @ w.T - ys)) / 2
