# route: three moments of the data, no residual at all
import jax.numpy as jnp


def loss(w, xs, ys):
    inputs, mixed = xs.T @ xs, ys.T @ xs
    quadratic = jnp.trace(w @ inputs @ w.T)
    return (quadratic - 2 * jnp.sum(mixed * w) + jnp.sum(ys**2)) / (2 * xs.shape[0])
